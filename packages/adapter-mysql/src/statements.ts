import { createReads, feedColumns, type ListReads, migrationStatements, tableOfKind } from "@slotwright/adapter-sql";
import type { RecordKind } from "@slotwright/core/adapter";
import { type RawBuilder, sql } from "kysely";
import { type AroundStatements, createAround } from "./around-statements.ts";
import { asDocument, boundText, objectOf } from "./documents.ts";
import { membershipQuestion } from "./group-commit.ts";
import { boundIds, joinedLoads, loadOf, noLimit, oncePer, oncePerList, storedRow } from "./load-statements.ts";
import { procedureName, steps } from "./steps.ts";
import type { MysqlStrategy } from "./strategy.ts";

/** The adapter's SQL, compiled once by Kysely. Each connection prepares a statement when it first uses it. */
export interface Statements {
  /** Loads records of these kinds. The parameters are arrays of ids, one for each kind in this order. */
  readonly load: (kinds: readonly RecordKind[]) => string;
  /**
   * Loads records by plain reads, and tells which of their rows others have not locked. Those rows are locked from then
   * on. The parameters are arrays of ids, one for each of `lookedAt` and then one for each of `lockable`.
   */
  readonly look: string;
  /** Loads commands, some of which have already taken effect. The parameter is an array of their ids. */
  readonly loadReplayed: string;
  readonly reads: ListReads;
  readonly around: AroundStatements;
  /** Returns the last entry of each partition of the feed: its partition and number, and what its digest is made of. */
  readonly readPartitions: string;
  /**
   * Takes the first number of a partition, the partition, its first and its last number, and the limit, for so many
   * partitions. Then it takes the limit once more.
   */
  readonly readFeed: (partitions: number) => string;
  /** Writes a batch in its own transaction. */
  readonly commit: string;
  /** Writes a batch within the open transaction. */
  readonly write: string;
  readonly readSchemaVersion: string;
  /** Takes the name. */
  readonly readSettings: string;
  /** The same, but reads what is stored now and locks it. */
  readonly readSettingsNow: string;
  /** Takes the name and value. Changes nothing if the name exists. */
  readonly storeSetting: string;
  /** Takes the name. */
  readonly readRelay: string;
  /** Takes the name, version and state. Changes nothing if the name exists. */
  readonly insertRelay: string;
  /** Takes the version, the state, the name and the version before. */
  readonly updateRelay: string;
  /** Fails on a server that has left its group. */
  readonly askMembership: string;
  /** Returns one document, `now`, in milliseconds. */
  readonly readClock: string;
}

/** A parameter that is a text. */
const text = boundText(sql`${""}`);

export function createStatements(strategy: MysqlStrategy, routines: number): Statements {
  const compile = (query: RawBuilder<unknown>) => query.compile(strategy.queries).sql;
  const call = (name: string) =>
    compile(sql`call ${strategy.routine(name)}(${sql.join(steps.map(() => sql`${null}`))})`);
  const load = (kinds: readonly RecordKind[]) => compile(joinedLoads(kinds.map((kind) => loadOf(kind, strategy))));
  return {
    load: oncePerList(load),
    look: compile(lookOf(strategy)),
    loadReplayed: load(["command"]),
    reads: createReads(strategy),
    around: createAround(strategy),
    readPartitions: compile(lastEntries(strategy)),
    readFeed: oncePer((partitions: number) => compile(feedOf(strategy, partitions))),
    commit: call(procedureName("commit", routines)),
    write: call(procedureName("write", routines)),
    readSchemaVersion: readVersion(strategy),
    readSettings: compile(selectSettings(sql``)),
    readSettingsNow: compile(selectSettings(strategy.server.locking("share", "s"))),
    storeSetting: compile(sql`insert ignore into ${sql.table("settings")} (name, value) values (${text}, ${text})`),
    readRelay: compile(
      sql`select ${asDocument(objectOf("relays", "s"))} from ${storedRow("relays", "s")} where s.name = ${text} ${noLimit}`,
    ),
    insertRelay: compile(
      sql`insert ignore into ${sql.table("relays")} (name, version, state) values (${text}, ${1}, ${text})`,
    ),
    updateRelay: compile(
      sql`update ${sql.table("relays")} set version = ${1}, state = ${text} where name = ${text} and version = ${1}`,
    ),
    askMembership: membershipQuestion(strategy),
    readClock: compile(sql`select ${asDocument(sql`json_object('now', ${clock})`)}`),
  };
}

function lastEntries(strategy: MysqlStrategy): RawBuilder<unknown> {
  const entry = sql`'partition', p.feed_partition, 'seq', p.last_seq, 'recordKind', s.record_kind, 'recordId', s.record_id,
    'version', s.version, 'commandId', s.command_id, 'at', s.at`;
  return sql`select ${asDocument(sql`json_object(${entry})`)} from ${sql.table("feed_partitions")} as p
    straight_join ${inFeed(strategy)} on s.feed_partition = p.feed_partition and s.seq = p.last_seq where p.last_seq > 0 ${noLimit}`;
}

const inFeed = ({ qualified }: MysqlStrategy) =>
  sql`${sql.table("journal")} as s force index (${sql.id(qualified("journal_feed"))})`;

/**
 * Documents are built only for the rows of the page. The rows of the reader's marks come first: whether a position fits
 * must not depend on how far a page reaches.
 */
function feedOf(strategy: MysqlStrategy, partitions: number): RawBuilder<unknown> {
  const branch = sql`(select feed_partition, seq, seq > ${0} as is_beyond from ${inFeed(strategy)}
    where feed_partition = ${0} and seq >= ${0} and seq <= ${0} order by seq limit ${0})`;
  const keys = sql.join(Array<typeof branch>(partitions).fill(branch), sql` union all `);
  const fields = feedColumns.map((name) => sql`${sql.lit(name)}, ${sql.id("s", name)}`);
  return sql`select ${asDocument(sql`json_object(${sql.join(fields)})`)}
    from (${keys} order by is_beyond, seq, feed_partition limit ${0}) as k
    straight_join ${inFeed(strategy)} on s.feed_partition = k.feed_partition and s.seq = k.seq order by k.seq, k.feed_partition ${noLimit}`;
}

/**
 * The time in UTC, independent of any time zone. A session may have frozen its `timestamp`; `sysdate` still advances,
 * but in the session's zone.
 */
export const clock = sql`(timestampdiff(microsecond, timestamp'1970-01-01 00:00:00', utc_timestamp(6))
  + timestampdiff(microsecond, now(6), sysdate(6))) div 1000`;

/** The records whose rows commands lock, in lock order. */
export const lockable = [
  "agenda",
  "schedule",
  "availability",
  "slot",
  "appointment",
] as const satisfies readonly RecordKind[];

export const lookedAt = [...lockable, "command"] as const satisfies readonly RecordKind[];

function lookOf(strategy: MysqlStrategy): RawBuilder<unknown> {
  const plain = lookedAt.map((kind) => loadOf(kind, strategy));
  const free = lockable.map((kind) => {
    const document = sql`json_object('free', ${sql.lit(kind)}, 'id', s.id)`;
    return sql`(select ${asDocument(document)} from ${boundIds(strategy)}
      straight_join ${storedRow(tableOfKind[kind], "s")} on s.id = k.id ${strategy.server.lockingFree("s")})`;
  });
  return joinedLoads([...plain, ...free]);
}

function selectSettings(lock: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select ${asDocument(objectOf("settings", "s"))} from ${storedRow("settings", "s")}
    where s.name = ${text} ${noLimit} ${lock}`;
}

/** The schema version of the database, as the document of one row. */
export function readVersion(strategy: MysqlStrategy): string {
  const row = sql`json_object('version', version, 'oldest_code', oldest_code)`;
  return sql`select ${asDocument(row)} from (${sql.raw(migrationStatements(strategy).readVersion)}) as found`.compile(
    strategy.queries,
  ).sql;
}
