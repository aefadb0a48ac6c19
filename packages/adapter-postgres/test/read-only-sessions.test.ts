import { booking, creation, journalOf, slotAt } from "@slotwright/conformance";
import { createEngine } from "@slotwright/core";
import { Pool } from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type PostgresPool, postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore, withClient } from "./postgres-harness.ts";

const slots = Array.from({ length: 5 }, (_, index) => slotAt(index * 30));
const [slot = slotAt(0)] = slots;
const committed = [{ status: "committed" }];

describeOnServer("sessions that outlive their server's role", (url) => {
  let store: PostgresStore;
  let pool: Pool;
  beforeEach(async () => {
    store = await openPostgresStore(url());
    await store.storage.commit([creation(...slots)]);
    pool = new Pool({ connectionString: url(), max: 5 });
  });
  afterEach(async () => {
    await setReadOnly("off");
    await pool.end();
    await store.close();
  });

  /** For sessions that are opened from now on, as if a primary became a standby or came back. */
  const setReadOnly = (mode: "on" | "off") =>
    withClient(url(), async (client) => {
      await client.query("set default_transaction_read_only = off");
      const name = client.database as string;
      await client.query(`alter database "${name}" set default_transaction_read_only = ${mode}`);
    });
  const fill = async (text = "select") => {
    const clients = await Promise.all(slots.map(() => pool.connect()));
    for (const client of clients) await client.query(text);
    for (const client of clients) client.release();
  };
  const adapterOn = (given: PostgresPool) => postgresAdapter({ pool: given, schema: store.schema });

  it.each(["default_transaction_read_only", "set session characteristics"])(
    "of a whole pool, read-only by %s, are replaced by the first write, and nothing is applied twice",
    async (how) => {
      const storage = adapterOn(pool);
      if (how === "default_transaction_read_only") {
        await setReadOnly("on");
        await fill();
        await setReadOnly("off");
      } else await fill("set session characteristics as transaction read only");
      expect(await storage.load([{ kind: "slot", id: slot.id }])).toEqual([slot]);
      expect(await storage.commit([booking(slot)])).toEqual(committed);
      expect(await Promise.all(slots.slice(1).map((one) => storage.commit([booking(one)])))).toEqual(
        slots.slice(1).map(() => committed),
      );
      const journal = await journalOf(storage, { record: slot, limit: 9 });
      expect(journal.map(({ version }) => version)).toEqual([1, 2]);
    },
  );

  it("are replaced if the pool reports neither how many it has nor when it opens one", async () => {
    const silent = { connect: () => pool.connect(), on: () => {} };
    await setReadOnly("on");
    await fill();
    await setReadOnly("off");
    expect(await adapterOn(silent).commit([booking(slot)])).toEqual(committed);
    await setReadOnly("on");
    await fill("set session characteristics as transaction read only");
    await expect(adapterOn(silent).commit([booking(slot)])).rejects.toMatchObject({ failure: "read_only" });
  });

  it("are discarded, and the database is only called read-only if a fresh session is, too", async () => {
    const storage = adapterOn(pool);
    await fill();
    let opened = 0;
    pool.on("connect", () => {
      opened += 1;
    });
    await setReadOnly("on");
    await fill("set session characteristics as transaction read only");
    await expect(storage.commit([booking(slot)])).rejects.toMatchObject({
      failure: "read_only",
      cause: { code: "25006" },
    });
    expect({ opened, left: pool.totalCount }).toEqual({ opened: 1, left: 0 });
    await setReadOnly("off");
    expect(await storage.commit([booking(slot)])).toEqual(committed);
  });

  it.each(["the engine's", "the host's"])("are replaced in transaction(), if %s statement finds out", async (whose) => {
    const storage = adapterOn(pool);
    await storage.storeSettings({ overlapScope: "facility", idempotencyScope: "actor" });
    const engine = createEngine({ storage });
    await fill("set session characteristics as transaction read only");
    let runs = 0;
    await engine.transaction(async ({ engine: inside, transaction }) => {
      runs += 1;
      if (whose === "the host's") await transaction.query("create table invoices (id integer)");
      await inside.book({ actor: { kind: "patient", id: "p" }, slotId: slot.id, subjectId: "p" });
    });
    // Each session of the pool, and a fresh one.
    expect(runs).toBe(slots.length + 1);
    await setReadOnly("on");
    await fill("set session characteristics as transaction read only");
    const [, other = slotAt(0)] = slots;
    const late = engine.transaction(({ engine: inside }) =>
      inside.book({ actor: { kind: "patient", id: "p" }, slotId: other.id, subjectId: "p" }),
    );
    await expect(late).rejects.toMatchObject({ code: "storage_read_only" });
    expect(pool.totalCount).toBe(0);
  });

  it("leave a host's transaction where it is: it is not tried anywhere else", async () => {
    const client = await pool.connect();
    await client.query("set session characteristics as transaction read only");
    await client.query("begin");
    const inside = adapterOn(pool).within(client);
    await expect(inside.commit([booking(slot)])).rejects.toMatchObject({ failure: "read_only" });
    await client.query("rollback");
    expect(pool.totalCount).toBe(1);
    client.release();
  });
});
