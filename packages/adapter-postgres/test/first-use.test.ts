import { creation, slotAt } from "@slotwright/conformance";
import { Pool, type PoolClient } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-harness.ts";

const slot = slotAt(0);
const keys = [{ kind: "slot", id: slot.id }] as const;

/** The real server, as if it were another version: in all answers, a column of that name has that value. */
function pretending(url: string, column: string, value: number): { readonly pool: Pool; readonly sent: string[] } {
  const pool = new Pool({ connectionString: url, max: 1 });
  const sent: string[] = [];
  pool.on("connect", (client: PoolClient) => {
    const query = client.query.bind(client) as (query: { readonly text: string }) => Promise<{ rows: object[] }>;
    client.query = (async (wanted: { readonly text: string }) => {
      sent.push(wanted.text);
      const result = await query(wanted);
      return { ...result, rows: result.rows.map((row) => (column in row ? { ...row, [column]: value } : row)) };
    }) as never;
  });
  return { pool, sent };
}

describeOnServer("a server that is too old", (url) => {
  let store: PostgresStore;
  beforeEach(async () => {
    store = await openPostgresStore(url());
    await store.storage.commit([creation(slot)]);
  });
  afterEach(() => store.close());

  it.each([
    [130_022, "13.22"],
    [90_624, "9.6.24"],
  ])("is refused by name at the first call, and at migrate: %s", async (number, version) => {
    const { pool, sent } = pretending(url(), "server_version", number);
    const refused = {
      name: "StorageError",
      failure: "unavailable",
      message: expect.stringMatching(`PostgreSQL ${version}.*14 or later`),
    };
    const storage = postgresAdapter({ pool, schema: store.schema });
    await expect(storage.load(keys)).rejects.toMatchObject(refused);
    await expect(storage.commit([])).rejects.toMatchObject(refused);
    await expect(storage.migrate()).rejects.toMatchObject(refused);
    await expect(postgresAdapter({ pool, schema: "not_there" }).migrate()).rejects.toMatchObject(refused);
    expect(sent.every((text) => text.startsWith("select"))).toBe(true);
    await pool.end();
  });

  it("is not one of version 14 or later, and finding out takes no extra round trip", async () => {
    const { pool, sent } = pretending(url(), "server_version", 140_000);
    const storage = postgresAdapter({ pool, schema: store.schema });
    expect(await storage.load(keys)).toEqual([slot]);
    expect(sent).toHaveLength(3);
    expect(await storage.load(keys)).toEqual([slot]);
    expect(sent).toHaveLength(4);
    await pool.end();
  });

  it("is also found out within a host's transaction, which goes on", async () => {
    const { pool } = pretending(url(), "server_version", 130_022);
    const client = await pool.connect();
    await client.query({ text: "begin" });
    const inside = postgresAdapter({ connectionString: url(), schema: store.schema }).within(client as never);
    const outcome = await inside.load(keys).catch((error: unknown) => error);
    const { host, pathname } = new URL(url());
    expect(outcome).toMatchObject({ message: expect.stringContaining(`${host}${pathname} is PostgreSQL 13.22`) });
    expect((await client.query({ text: "select 1 as one" })).rows).toEqual([{ one: 1 }]);
    client.release(true);
    await pool.end();
  });
});

describe("the factory", () => {
  const parse = URL.parse;
  afterEach(() => {
    URL.parse = parse;
  });

  it.each(["postgres://user:secret@127.0.0.1:1/db", "postgres://user:secret@127.0.0.1:1/%zz", "no url, secret"])(
    "never throws, not even on Node 22.0, which lacks URL.parse: %s",
    async (connectionString) => {
      URL.parse = undefined as never;
      const storage = postgresAdapter({ connectionString });
      await expect(storage.load(keys)).rejects.toMatchObject({
        failure: "unavailable",
        message: expect.not.stringContaining("secret"),
      });
      await storage.close();
    },
  );
});
