import {
  branchesOf,
  furtherBranchesOf,
  indexes,
  keyBranchesOf,
  type ListSyntax,
  mayRepeat,
  misuse,
  type ProvidersQuery,
  type SqlStrategy,
  standardLists,
  type Tables,
  tablePrefixPlugin,
  unionPlaceholders,
} from "@slotwright/adapter-sql";
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  sql,
} from "kysely";

/** Where the tables are. Every name in every statement has its schema, so `search_path` does not matter. */
export interface Namespace {
  readonly schema: string;
  readonly prefix: string;
}

/**
 * PostgreSQL: instants are epoch milliseconds, so that no time zone or date style of the host can affect them. Text is
 * compared and sorted by its bytes, as on SQLite. JSON is text, and comes back exactly as it was written.
 */
export function postgresStrategy({ schema, prefix }: Namespace): SqlStrategy {
  const queries = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    plugins: [tablePrefixPlugin(prefix, schema)],
  });
  const text = sql`text collate "C"`;
  return {
    queries,
    qualified: (name) => prefix + name,
    constraintName: (_table, guard) => guard,
    columnTypes: {
      id: text,
      agendaId: text,
      text,
      integer: sql`integer`,
      instant: sql`bigint`,
      json: text,
      sequence: sql`bigint generated always as identity`,
      partition: sql`integer`,
    },
    tableOptions: sql``,
    // One constant: the server reads the text of a CHECK in every statement, and a list is one constant for each text.
    isOneOf: (column, texts) => sql<boolean>`${sql.ref(column)} = any (${sql.lit(`{${texts.join()}}`)})`,
    // `is json object` exists since version 16. The cast raises its own error if the text is not JSON.
    isJson: (column, shape) =>
      shape === "any"
        ? sql<boolean>`${sql.ref(column)}::json is not null`
        : sql<boolean>`json_typeof(${sql.ref(column)}::json) = ${sql.lit(shape)}`,
    itemCount: (column) => sql<number>`json_array_length(${sql.ref(column)}::json)`,
    from: (index) => sql.table(indexes[index].table),
    onlyWith: (column) => sql` where ${sql.id(column)} is not null`,
    unneeded: ["feed_partitions"],
    feedKey: "primary key",
    lists,
    listedId,
  };
}

/**
 * The same order under another name, so that no search for an id can use a list's index, in which it would look at
 * every entry. Plans that are made while the tables are empty, when all indexes cost the same, would do so for as long
 * as the connection lives.
 */
const listedId = sql`id collate "POSIX"`;

const lists: ListSyntax = {
  ...standardLists,
  joinsJournals: true,
  beyond: (side, start, id) => sql`(start_at, ${listedId}) ${sql.raw(side === "after" ? ">" : "<")} (${start}, ${id})`,
  // Only an index that begins with the provider serves this. While the tables are empty, the planner would as soon read
  // all rows of the window by their time alone, and keep that plan when there are many.
  endOf: (bound, instant, { column, id }) =>
    sql`(${column}, start_at) ${bound === "startBefore" ? sql`<` : sql`>=`} (${id}, ${instant})`,
  ofProviders: {
    placeholders: (providers, isShared) => (isShared || providers <= 8 ? unionPlaceholders(providers) : 0),
    list: (ids) => ids,
    endsShares: false,
    page: (providers) => {
      const { placeholders, order, limit } = providers;
      if (placeholders === 0) return pageInTwoSteps(providers);
      const once = mayRepeat(providers) ? sql`distinct on (start_at, ${listedId})` : sql``;
      if (placeholders <= 8) {
        const shared = furtherBranchesOf(providers).map((keys) =>
          rowsOneByOne(providers, sql`${keys} order by ${order} limit ${limit}`),
        );
        return mergedProviders([...branchesOf(providers), ...shared], order, limit, once);
      }
      // The branches read only keys, and whole rows are read for the page.
      return sql`${rowsOneByOne(providers, mergedProviders(keyBranchesOf(providers), order, limit, once))} order by ${order}`;
    },
  },
};

/**
 * Reads a share of each provider, which shows how far the page reaches at most, and then reads on where a share ended
 * before that. A union of as many branches is costly to plan and to set up, and all rows of a week are more to read.
 * Each provider is read from its own index: with `provider_id = any (…)`, the planner would rather walk through the rows
 * of everybody in the order of time.
 */
function pageInTwoSteps(providers: ProvidersQuery): RawBuilder<unknown> {
  const { select, ids, table, columns, order, limit, share, descending } = providers;
  const listed = standardLists.selected(table, columns);
  const numbered = sql`${listed}, pg_catalog.row_number() over (order by ${order}) as place`;
  const [direction, isWithin, end] = descending
    ? [sql`desc`, sql`>=`, sql`-9223372036854775808`]
    : [sql`asc`, sql`<=`, sql`9223372036854775807`];
  const beyond = lists.beyond(descending ? "before" : "after", sql`seen.start_at`, sql`seen.id`);
  const isBetween = sql<boolean>`${beyond} and (provider_id, start_at) ${isWithin} (seen.provider_id, cut.reach)`;
  const furtherOfSeen = select({ provider: sql`seen.provider_id`, condition: isBetween });
  return sql`with seen as materialized (
        select r.* from pg_catalog.unnest(${ids}::text[]) as p (listed) cross join lateral (
          ${select({ provider: sql`listed` }, numbered)} order by ${order} limit ${share}) as r),
      cut as materialized (
        select coalesce((select start_at from seen order by start_at ${direction} offset ${limit}::bigint - 1 limit 1), ${end}) as reach)
      select ${listed} from (
        select ${listed} from seen
        union all
        select r.* from cut cross join seen cross join lateral (${furtherOfSeen} order by ${order} limit ${limit}) as r
        where seen.place = ${share}::bigint and seen.start_at ${isWithin} cut.reach) as page
      order by ${order} limit ${limit}`;
}

/** There may be so few shared appointments that the planner would still read the table. */
const rowsOneByOne = ({ table, columns }: ProvidersQuery, keys: RawBuilder<unknown>) =>
  sql`select r.* from (${keys}) as page (page_start, page_id) cross join lateral (
        select ${standardLists.selected(table, columns)} from ${sql.table(table)} where id = page_id limit 1) as r`;

/**
 * With a limit on each branch, rows are read in order from their index. Otherwise all rows might be read and sorted.
 */
function mergedProviders(
  branches: readonly RawBuilder<unknown>[],
  order: RawBuilder<unknown>,
  limit: RawBuilder<unknown>,
  once: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const pages = branches.map((branch) => sql`(${branch} order by ${order} limit ${limit})`);
  // Around the union, because a union can only be sorted by plain columns.
  return sql`select ${once} * from (${sql.join(pages, sql` union all `)}) as pages order by ${order} limit ${limit}`;
}

/** Names are part of the statements' text, and PostgreSQL truncates them after 63 bytes. Our longest name has 35. */
export function requireNames({ schema, prefix }: Namespace): void {
  requireName("schema", schema, /^[A-Za-z_]\w*$/);
  requireName("tablePrefix", prefix, /^([A-Za-z]\w*)?$/);
}

function requireName(option: string, name: string, pattern: RegExp): void {
  if (pattern.test(name) && name.length <= 28) return;
  throw misuse(
    `"${name}" cannot be used as ${option} of the database's tables. Use a letter, then letters, digits and underscores, at most 28 of them.`,
  );
}

/** A table or one of our functions, with its schema. */
export function quotedName({ schema, prefix }: Namespace, name: string): string {
  return `"${schema}"."${prefix}${name}"`;
}
