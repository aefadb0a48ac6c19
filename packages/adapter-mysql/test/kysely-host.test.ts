import { booking, creation, slotAt } from "@slotwright/conformance";
import { CamelCasePlugin, type Kysely, Kysely as KyselyDatabase, MysqlDialect, ParseJSONResultsPlugin } from "kysely";
import callbacks, { type PoolOptions } from "mysql2";
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore } from "./mysql-harness.ts";

const slot = slotAt(0, { metadata: { snake_case: { and_more: '{"deep": 1}' } } });
const key = { kind: "slot", id: slot.id } as const;

describeOnEachServer("a host's Kysely", (server) => {
  let store: MysqlStore;
  let kysely: Kysely<unknown>;

  beforeEach(async () => {
    store = await openMysqlStore(server);
    await store.storage.commit([creation(slot)]);
  });
  afterEach(async () => {
    await kysely.destroy();
    await store.close();
  });

  const opened = (options: PoolOptions) => {
    kysely = new KyselyDatabase({
      dialect: new MysqlDialect({ pool: callbacks.createPool({ uri: store.url, ...options }) }),
      plugins: [new CamelCasePlugin(), new ParseJSONResultsPlugin()],
    });
    return kysely;
  };

  it.each<[string, PoolOptions]>([
    ["", {}],
    [" and a cast that makes everything a string", { typeCast: (field) => field.string() }],
  ])("with plugins that rename columns and parse values%s changes no result", async (_title, options) => {
    await opened(options)
      .transaction()
      .execute(async (transaction) => {
        const inside = store.storage.within(transaction as never);
        expect(await inside.load([key])).toEqual([slot]);
        expect(await inside.commit([booking(slot)])).toEqual([{ status: "committed" }]);
      });
    expect(await store.second.load([key])).toMatchObject([{ status: "booked", metadata: slot.metadata }]);
  });

  it("whose rows come in an unknown form is refused, rather than read as empty", async () => {
    await opened({ nestTables: true })
      .transaction()
      .execute(async (transaction) => {
        const inside = store.storage.within(transaction as never);
        await expect(inside.load([key])).rejects.toMatchObject({
          failure: "misused",
          message: expect.stringContaining("nestTables"),
        });
      });
  });
});
