import { booking, creation, slotAt } from "@slotwright/conformance";
import type { Warning } from "@slotwright/core";
import { type Client, Pool, type QueryConfig } from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-harness.ts";

const slots = [slotAt(0), slotAt(30), slotAt(60), slotAt(90)] as const;
const [slot, other, third, fourth] = slots;
const committed = [{ status: "committed" }];
const keys = [{ kind: "slot", id: slot.id }] as const;

let traces = 0;

/** Like sqlcommenter: the trace, in a comment after each statement. */
function traced(client: object): void {
  const tracedClient = client as { query: (...given: unknown[]) => unknown };
  const query = tracedClient.query.bind(client);
  tracedClient.query = (config, ...others) => {
    if (typeof config !== "object" || config === null || !("text" in config)) return query(config, ...others);
    traces += 1;
    return query({ ...config, text: `${(config as QueryConfig).text} /*traceparent='00-${traces}'*/` }, ...others);
  };
}

describeOnServer("a tracer that appends a comment to each statement", (url) => {
  let store: PostgresStore;
  let pool: Pool;
  let warnings: Warning[];
  const call = { onWarning: (warning: Warning) => void warnings.push(warning) };
  beforeEach(async () => {
    warnings = [];
    store = await openPostgresStore(url());
    await store.storage.commit([creation(...slots)]);
    pool = new Pool({ connectionString: url() });
    pool.on("connect", traced);
  });
  afterEach(async () => {
    await pool.end();
    await store.close();
  });

  it("costs the names, and nothing else; the warning names the option, once", async () => {
    const storage = postgresAdapter({ pool, schema: store.schema });
    for (let round = 0; round < 3; round++) expect(await storage.load(keys, call)).toEqual([slot]);
    const all = await Promise.all([slot, other, third].map((one) => storage.commit([booking(one)], call)));
    expect(all).toEqual([committed, committed, committed]);
    expect((await storage.findSlots({ asOf: new Date(), limit: 9 }, call)).length).toBe(4);
    expect(warnings).toEqual([
      {
        code: "statement_names_refused",
        message: expect.stringContaining("preparedStatements: false"),
        details: {},
      },
    ]);
  });

  it("does not end a host's transaction", async () => {
    const storage = postgresAdapter({ pool, schema: store.schema });
    const client = (await pool.connect()) as unknown as Client & { release(): void };
    await client.query("begin");
    const inside = storage.within(client);
    for (let round = 0; round < 3; round++) expect(await inside.load(keys, call)).toEqual([slot]);
    expect(await inside.commit([booking(fourth)], call)).toEqual(committed);
    await client.query("commit");
    client.release();
    expect(await storage.load([{ kind: "slot", id: fourth.id }], call)).toMatchObject([{ status: "booked" }]);
    expect(warnings.map(({ code }) => code)).toEqual(["statement_names_refused"]);
  });

  it("causes no warning if the adapter was created without names", async () => {
    const storage = postgresAdapter({ pool, schema: store.schema, preparedStatements: false });
    for (let round = 0; round < 3; round++) expect(await storage.load(keys, call)).toEqual([slot]);
    expect(warnings).toEqual([]);
  });
});
