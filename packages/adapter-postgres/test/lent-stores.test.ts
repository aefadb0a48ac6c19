import { conformanceCases, runConformanceCase } from "@slotwright/conformance";
import { expect, it } from "vitest";
import { describeOnServer } from "./on-server.ts";
import { lendStores, type PostgresStore, withClient } from "./postgres-harness.ts";

/** What the schema has, but for when it was migrated: rows, the next numbers, constraints, triggers and indexes. */
async function contentsOf({ url, schema }: PostgresStore): Promise<readonly unknown[]> {
  const queries = [
    "select table_name, query_to_xml(format('select * from %I.%I', table_schema, table_name), true, false, '')::text from information_schema.tables where table_schema = $1 and table_name <> 'slotwright_migrations' order by 1",
    "select sequencename, last_value from pg_sequences where schemaname = $1 order by 1",
    "select conrelid::regclass::text as table, conname, convalidated, pg_get_constraintdef(oid) from pg_constraint where connamespace = $1::regnamespace order by 1, 2",
    "select tgname, tgenabled, pg_get_triggerdef(t.oid) from pg_trigger t join pg_class c on c.oid = tgrelid where relnamespace = $1::regnamespace and not tgisinternal order by 1, 3",
    "select indexname, indexdef from pg_indexes where schemaname = $1 order by 1",
  ];
  return withClient(url, async (client) => {
    const answers: unknown[] = [];
    for (const query of queries) answers.push((await client.query(query, [schema])).rows);
    return answers;
  });
}

/** The names of schemas differ, and nothing else may. */
const asIn = (first: PostgresStore, contents: readonly unknown[], { schema }: PostgresStore): unknown =>
  JSON.parse(JSON.stringify(contents).replaceAll(schema, first.schema));

const busy = [
  "transitions.slot.held",
  "sync.reconcile",
  "relay.parked",
  "settings.scopes-at-once",
  "sync.cancel-of-astray-appointment",
];

describeOnServer("a schema that is lent again", (url) => {
  it("is as the migrations left it", { timeout: 60_000 }, async () => {
    const stores = lendStores(url());
    const first = await stores.open();
    const fresh = await contentsOf(first);
    await first.close();
    const used: string[] = [];
    for (const key of busy) {
      const one = conformanceCases.find((each) => each.key === key);
      if (one === undefined) throw new Error(`There is no case ${key}.`);
      const open = async () => {
        const store = await stores.open();
        used.push(store.schema);
        return store;
      };
      await runConformanceCase(one, { name: key, open });
      const next = await stores.open();
      expect(asIn(first, await contentsOf(next), next), key).toEqual(asIn(first, fresh, first));
      await next.close();
    }
    expect(new Set(used).size, "schemas").toBeLessThan(used.length);
    await stores.end();
  });
});
