import { booking, creation, slotAt, transitionOf } from "@slotwright/conformance";
import { testServer } from "@slotwright/test-servers/vitest";
import { Pool, type PoolConfig } from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { jsonAdapter } from "./adapter.ts";
import { ownTransaction, type Steps } from "./commit.ts";

// Without the server, these tests are skipped, and say so. With CI=true, that is a failure instead.
const server = await testServer("postgres");
const slot = slotAt(0);

const settings = {
  default_transaction_isolation: "serializable",
  synchronous_commit: "off",
  search_path: "pg_temp",
  timezone: "Asia/Kathmandu",
};

/** As a host may have configured it: sessions with settings of its own, and all values parsed in its own way. */
const hostile: PoolConfig = {
  options: Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(" "),
  types: { getTypeParser: () => () => "parsed by the host" } as never,
};

describe.skipIf(server === undefined)("a host's pool", async () => {
  const database = await server?.createDatabase();
  const pool = new Pool({ connectionString: database?.url, ...hostile });
  afterAll(async () => {
    await pool.end();
    await database?.drop();
  });

  it("may have any settings: the results are the same, and commits are durable", async () => {
    const seen: unknown[] = [];
    const commit: Steps["commit"] = async (run) => {
      const names =
        "current_setting('transaction_isolation') as isolation, current_setting('synchronous_commit') as sync";
      seen.push((await run(`select ${names}`)).rows[0]);
      return ownTransaction.commit(run);
    };
    const storage = jsonAdapter({ pool, schema: "hostile", steps: { commit } });
    expect((await storage.migrate()).applied).toEqual(["0001_tables"]);
    await storage.commit([creation(slot, slotAt(30))]);
    expect(await storage.commit([booking(slot)])).toEqual([{ status: "committed" }]);
    const late = transitionOf("late", slotAt(0, { version: 5 }));
    expect(await storage.commit([late])).toEqual([{ status: "stale", keys: [{ kind: "slot", id: slot.id }] }]);
    expect(seen[1]).toEqual({ isolation: "read committed", sync: "on" });
    const [booked, free] = await storage.load([slot, slotAt(30)].map(({ kind, id }) => ({ kind, id })));
    expect(booked).toMatchObject({ status: "booked", version: 2, start: slot.start });
    expect(free).toEqual(slotAt(30));
    expect((await storage.findSlots({ asOf: slot.start, startFrom: slot.end, limit: 9 })).length).toBe(1);
  });

  it("gets its connections back unchanged", async () => {
    for (const [name, value] of Object.entries(settings)) {
      const { rows } = await pool.query({
        text: `select current_setting('${name}') = '${value}' as same`,
        types: { getTypeParser: () => String } as never,
      });
      expect(rows, name).toEqual([{ same: "t" }]);
    }
  });
});
