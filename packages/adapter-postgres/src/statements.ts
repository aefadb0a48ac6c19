import {
  createReads,
  feedColumns,
  type ListReads,
  migrationStatements,
  type SqlStrategy,
} from "@slotwright/adapter-sql";
import type { RecordKind } from "@slotwright/core/adapter";
import { type AroundStatements, createAround } from "./around-statements.ts";
import { parameterTypes, routineName } from "./commit-parameters.ts";
import type { Statement } from "./connection.ts";
import { confirming, durableSoon, warned } from "./durable.ts";
import { loadSql, rowLock } from "./load-statements.ts";
import { oncePerKinds, statementOf } from "./statement-names.ts";
import { type Namespace, quotedName } from "./strategy.ts";

/** The adapter's SQL. Texts never change, so each connection prepares each of them once. */
export interface Statements {
  /** Take an array of ids for each kind, in the order of `kinds`. */
  readonly load: LoadStatements;
  /** The same, but `read` locks the rows, kind by kind and by id, as every commit does. */
  readonly loadAndLock: LoadStatements;
  readonly around: AroundStatements;
  /** Takes whether to wait for locked rows, as within a host's transaction, and then the arrays of rows. */
  readonly commit: Statement;
  readonly reads: ListReads;
  /** Takes the partitions of the marks, their numbers, and a limit that counts the marks' own entries as well. */
  readonly readFeed: Statement;
  /** Returns the last entry of each partition. */
  readonly readFeedEnd: Statement;
  /**
   * Returns one row: `is_migrated`, 1 if there is a migration table and 0 otherwise, and `server_version`, a number.
   */
  readonly isMigrated: Statement;
  readonly readSchemaVersion: Statement;
  /** Takes the name. */
  readonly readSettings: Statement;
  /** Takes the name and value. Changes nothing if the name exists. */
  readonly storeSetting: Statement;
  /** The same, but waits at most a second for an open transaction that has stored it, and is durable. */
  readonly storeSettingSoon: Statement;
  /** Takes the name. */
  readonly readRelay: Statement;
  /** In a host's transaction. */
  readonly storeRelay: RelayStatements;
  /** In a transaction of its own: waits at most a second for others, and is durable. */
  readonly storeRelaySoon: RelayStatements;
  /** Returns one row, `now`, in milliseconds. */
  readonly readClock: Statement;
  /** Returns the names of migrations above a version. */
  readonly readMigrations: Statement;
}

/** Each returns one row, `version`, if it has stored the state. */
export interface RelayStatements {
  /** Takes the name, version and state. */
  readonly insert: Statement;
  /** Takes the name, version, state and the version before. */
  readonly update: Statement;
}

export interface LoadStatements {
  readonly read: LoadStatement;
  /** Reads the same, and confirms it. */
  readonly confirm: LoadStatement;
}

type LoadStatement = (kinds: readonly RecordKind[]) => Statement;

export function createStatements(strategy: SqlStrategy, namespace: Namespace, routines: number): Statements {
  const migrationTable = quotedName(namespace, "migrations");
  const intoSettings = `insert into ${quotedName(namespace, "settings")} (name, value)`;
  const placeholders = ["boolean", ...parameterTypes(namespace, routines)].map(
    (type, index) => `$${index + 1}::${type}`,
  );
  const confirm: LoadStatement = oncePerKinds((wanted) => confirming(loadSql(namespace, wanted)));
  return {
    load: { read: oncePerKinds((wanted) => loadSql(namespace, wanted)), confirm },
    loadAndLock: { read: oncePerKinds((wanted) => loadSql(namespace, wanted, rowLock)), confirm },
    around: createAround(strategy, namespace),
    commit: statementOf(
      `select ${quotedName(namespace, routineName("commit", routines))}(${placeholders.join(", ")}) as answer
where $1::boolean or ${warned}`,
    ),
    reads: createReads(strategy),
    readFeed: statementOf(readFeedSql(namespace)),
    readFeedEnd: statementOf(readFeedEndSql(namespace)),
    isMigrated: statementOf(`select (pg_catalog.to_regclass('${migrationTable}') is not null)::int as is_migrated,
  pg_catalog.current_setting('server_version_num')::int as server_version`),
    readSettings: statementOf(`select value from ${quotedName(namespace, "settings")} where name = $1::text`),
    storeSetting: statementOf(`${intoSettings} values ($1::text, $2::text) on conflict do nothing`),
    storeSettingSoon: statementOf(
      `${durableSoon}${intoSettings} select $1::text, $2::text from bounded on conflict do nothing`,
    ),
    readRelay: statementOf(`select version, state from ${quotedName(namespace, "relays")} where name = $1::text`),
    storeRelay: relayStatements(namespace, ""),
    storeRelaySoon: relayStatements(namespace, durableSoon),
    readClock: statementOf("select (extract(epoch from pg_catalog.clock_timestamp()) * 1000)::bigint as now"),
    readSchemaVersion: statementOf(migrationStatements(strategy).readVersion),
    readMigrations: statementOf(`select name from ${migrationTable} where version > $1::integer order by version`),
  };
}

function relayStatements(namespace: Namespace, settings: string): RelayStatements {
  const table = quotedName(namespace, "relays");
  const bounded = settings === "" ? "(select 1) as bounded" : "bounded";
  return {
    insert: statementOf(`${settings}insert into ${table} (name, version, state)
select $1::text, $2::integer, $3::text from ${bounded} on conflict do nothing returning version`),
    update: statementOf(`${settings}update ${table} as t set version = $2::integer, state = $3::text from ${bounded}
where t.name = $1::text and t.version = $4::integer returning t.version`),
  };
}

/** Partitions are numbered without a gap, except for some whose transactions have written nothing in the end. */
const partitions = (namespace: Namespace) => `pg_catalog.generate_series(0,
  (select coalesce(pg_catalog.max(feed_partition), -1) from ${quotedName(namespace, "journal")}))`;

/**
 * Each partition is read from its index, as far as the limit, and whole rows are read for the page only. The rows of the
 * marks come first: whether a position fits must not depend on how far a page reaches.
 */
function readFeedSql(namespace: Namespace): string {
  const journal = quotedName(namespace, "journal");
  return `select r.* from (
  select k.feed_partition, k.seq from ${partitions(namespace)} as p (id)
  left join rows from (pg_catalog.unnest($1::integer[]), pg_catalog.unnest($2::bigint[])) as m (id, seq) on m.id = p.id
  cross join lateral (
    select t.feed_partition, t.seq from ${journal} as t where t.feed_partition = p.id and t.seq >= coalesce(m.seq, 0)
    order by t.feed_partition, t.seq limit $3::integer) as k
  order by k.seq is distinct from m.seq, k.seq, k.feed_partition limit $3::integer
) as page cross join lateral (
  select ${feedColumns.join(", ")} from ${journal} as t
  where t.feed_partition = page.feed_partition and t.seq = page.seq limit 1) as r
order by r.seq, r.feed_partition`;
}

function readFeedEndSql(namespace: Namespace): string {
  return `select r.* from ${partitions(namespace)} as p (id) cross join lateral (
  select ${feedColumns.join(", ")} from ${quotedName(namespace, "journal")} as t where t.feed_partition = p.id
  order by t.feed_partition desc, t.seq desc limit 1) as r`;
}
