import {
  indexes,
  inList,
  type SqlStrategy,
  standardLists,
  type Tables,
  tablePrefixPlugin,
} from "@slotwright/adapter-sql";
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql } from "kysely";

/** SQLite: instants are integers, JSON is text, and STRICT tables check both. */
export function sqliteStrategy(prefix: string): SqlStrategy {
  const queries = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
    plugins: [tablePrefixPlugin(prefix)],
  });
  const qualified = (name: string) => prefix + name;
  return {
    queries,
    qualified,
    constraintName: (_table, guard) => guard,
    columnTypes: {
      id: sql`text`,
      agendaId: sql`text`,
      text: sql`text`,
      integer: sql`integer`,
      instant: sql`integer`,
      json: sql`text`,
      sequence: sql`integer primary key`,
      partition: null,
    },
    tableOptions: sql`strict`,
    isOneOf: inList,
    // With CASE, because json_type raises its own error if the text is not JSON.
    isJson: (column, shape) =>
      shape === "any"
        ? sql<boolean>`json_valid(${sql.ref(column)})`
        : sql<boolean>`case when json_valid(${sql.ref(column)}) then json_type(${sql.ref(column)}) = ${sql.lit(shape)} else 0 end`,
    itemCount: (column) => sql<number>`json_array_length(${sql.ref(column)})`,
    from: (index) => sql`${sql.table(indexes[index].table)} indexed by ${sql.id(qualified(index))}`,
    onlyWith: (column) => sql` where ${sql.id(column)} is not null`,
    unneeded: ["feed_partitions"],
    feedKey: null,
    lists: standardLists,
    listedId: sql.id("id"),
  };
}
