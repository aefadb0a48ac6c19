import { createReads, migrationStatements, type Read, type Reads, type TableName } from "@slotwright/adapter-sql";
import type { RecordKind, SlotQuery } from "@slotwright/core";
import { type RawBuilder, sql } from "kysely";
import { asDocument, boundText, keyedLists, lockingLists, objectOf } from "./documents.ts";
import type { KnownSchedules } from "./known-schedules.ts";
import { procedureName, rowsIn, steps } from "./steps.ts";
import type { MysqlStrategy } from "./strategy.ts";

/** The SQL of the adapter, compiled once by Kysely. Each connection prepares it when it is first used. */
export interface Statements {
  /** Loads these parts; the parameters are arrays of ids, one for each part in this order. */
  readonly load: (parts: readonly LoadPart[]) => string;
  /**
   * Loads records by plain reads, and tells which of their rows others have not locked; those are locked from then on.
   * The parameters are arrays of ids, one for each of `lookedAt` and then one for each of `lockable`.
   */
  readonly look: string;
  /** Loads commands of which some have taken effect already; the parameter is an array of their ids. */
  readonly loadReplayed: string;
  readonly reads: Omit<Reads, "slots">;
  readonly slots: (query: SlotQuery, schedules: KnownSchedules) => Read | undefined;
  /** Writes a batch in a transaction of its own. */
  readonly commit: string;
  /** Writes a batch within the transaction that is open. */
  readonly write: string;
  readonly readSchemaVersion: string;
  /** By name. */
  readonly readSettings: string;
  /** The same as it is stored now, and locks it. */
  readonly readSettingsNow: string;
  /** By name and value; changes nothing where the name is there. */
  readonly storeSetting: string;
  /** One document, `now`, in milliseconds. */
  readonly readClock: string;
}

/** The records of a kind; or schedules of which only those are looked at that the transaction's own view shows. */
export type LoadPart = RecordKind | "schedule_if_seen";

const kindOf = (part: LoadPart): RecordKind => (part === "schedule_if_seen" ? "schedule" : part);

const tables = { schedule: "schedules", slot: "slots", appointment: "appointments", command: "commands" } as const;

/** The order in which rows are locked, everywhere. */
export const partsInLockOrder: readonly LoadPart[] = ["schedule", "schedule_if_seen", "slot", "appointment", "command"];

/** The statements for transactions of our own. */
export function createStatements(strategy: MysqlStrategy, routines: number): Statements {
  const reads = createReads(strategy);
  return statements(strategy, routines, {
    reads,
    slots: reads.slots,
    load: () => sql``,
    replayed: sql``,
    seenVersion: () => undefined,
  });
}

/**
 * The statements for a host's transaction. Locking reads see what is committed now; plain ones would see what was when
 * the transaction began to read. Only commands, and what is only shown, are read without a lock: most of the commands
 * asked for are new, and a lock on a row that does not exist would keep others from adding theirs.
 */
export function createHostStatements(strategy: MysqlStrategy, routines: number): Statements {
  const lock = strategy.server.locking("update", "s");
  const reads = createReads(strategy);
  const inRange = createReads({ ...strategy, lists: lockingLists(strategy.lists) });
  const byKey = createReads({ ...strategy, lists: keyedLists(strategy.lists, lock) });
  return statements(strategy, routines, {
    reads,
    slots: (query, schedules) => {
      if (query.displayOnly) return reads.slots(query);
      return (schedules.viewShows(query) ? byKey : inRange).slots(query);
    },
    load: (part) => (part === "command" ? sql`` : sql` ${lock}`),
    replayed: sql` ${strategy.server.locking("share", "s")}`,
    seenVersion,
  });
}

/** Whoever asks for a command alone asks whether it ran in the meantime: that is to be seen as it is now. */
function locksFor(parts: readonly LoadPart[], { load, replayed }: Variant): Variant["load"] {
  return parts.join() === "command" ? () => replayed : load;
}

/** What differs between our own transactions and the host's: lists, and locks. */
interface Variant extends Pick<Statements, "slots" | "reads"> {
  readonly load: (part: LoadPart) => RawBuilder<unknown>;
  readonly replayed: RawBuilder<unknown>;
  readonly seenVersion: (part: LoadPart) => RawBuilder<unknown> | undefined;
}

function statements(strategy: MysqlStrategy, routines: number, variant: Variant): Statements {
  const compile = (query: RawBuilder<unknown>) => query.compile(strategy.queries).sql;
  const call = (name: string) =>
    compile(sql`call ${strategy.routine(name)}(${sql.join(steps.map(() => sql`${null}`))})`);
  const loads = new Map<string, string>();
  return {
    load: (parts) => {
      const known =
        loads.get(parts.join()) ?? compile(loadOf(parts, strategy, { ...variant, load: locksFor(parts, variant) }));
      loads.set(parts.join(), known);
      return known;
    },
    look: compile(lookOf(strategy)),
    loadReplayed: compile(loadOf(["command"], strategy, { ...variant, load: () => variant.replayed })),
    reads: variant.reads,
    slots: variant.slots,
    commit: call(procedureName("commit", routines)),
    write: call(procedureName("write", routines)),
    readSchemaVersion: readVersion(strategy),
    readSettings: compile(settingsOf(sql``)),
    readSettingsNow: compile(settingsOf(strategy.server.locking("share", "s"))),
    storeSetting: compile(
      sql`insert ignore into ${sql.table("settings")} (name, value) values (${boundText(sql`${""}`)}, ${boundText(sql`${""}`)})`,
    ),
    readClock: compile(sql`select ${asDocument(sql`json_object('now', ${clock})`)}`),
  };
}

/**
 * The time in UTC, of which no time zone can change anything. A session may have stopped its `timestamp`; what `sysdate`
 * tells goes on, in the session's zone.
 */
const clock = sql`(timestampdiff(microsecond, timestamp'1970-01-01 00:00:00', utc_timestamp(6))
  + timestampdiff(microsecond, now(6), sysdate(6))) div 1000`;

// The limit is none, for hosts that have set sql_select_limit.
const noLimit = sql`limit 18446744073709551615`;

function loadOf(
  parts: readonly LoadPart[],
  strategy: MysqlStrategy,
  { load, seenVersion: seenBy }: Pick<Variant, "load" | "seenVersion">,
): RawBuilder<unknown> {
  return sql`${sql.join(loadsOf(parts, strategy, { load, seenVersion: seenBy }), sql` union all `)} ${noLimit}`;
}

function loadsOf(
  parts: readonly LoadPart[],
  strategy: MysqlStrategy,
  { load, seenVersion: seenBy }: Pick<Variant, "load" | "seenVersion">,
): readonly RawBuilder<unknown>[] {
  return parts.map((part) => {
    const kind = kindOf(part);
    const seen = seenBy(part);
    const more = seen === undefined ? sql`` : sql`, 'seen', ${seen}`;
    const document = sql`json_object('kind', ${sql.lit(kind)}, 'row', ${objectOf(tables[kind], "s")}${more})`;
    return sql`(select ${asDocument(document)} from ${keysOf(part, strategy)}
      straight_join ${storedRow(tables[kind], "s")} on s.id = k.id${load(part)})`;
  });
}

/** The records whose rows commands lock, in the order in which they do. */
export const lockable = ["schedule", "slot", "appointment"] as const satisfies readonly RecordKind[];

export const lookedAt = [...lockable, "command"] as const satisfies readonly RecordKind[];

function lookOf(strategy: MysqlStrategy): RawBuilder<unknown> {
  const plain = loadsOf(lookedAt, strategy, { load: () => sql``, seenVersion: () => undefined });
  const free = lockable.map((kind) => {
    const document = sql`json_object('free', ${sql.lit(kind)}, 'id', s.id)`;
    return sql`(select ${asDocument(document)} from ${keysOf(kind, strategy)}
      straight_join ${storedRow(tables[kind], "s")} on s.id = k.id ${strategy.server.lockingFree("s")})`;
  });
  return sql`${sql.join([...plain, ...free], sql` union all `)} ${noLimit}`;
}

const storedRow = (table: TableName, alias: string) =>
  sql`${sql.table(table)} as ${sql.id(alias)} force index (primary)`;

/** The ids that were bound. A subquery takes no locks of the query around it, and with a limit it is run by itself. */
function keysOf(part: LoadPart, strategy: MysqlStrategy): RawBuilder<unknown> {
  const bound = rowsIn(boundText(sql`${""}`), ["id"], strategy);
  if (part !== "schedule_if_seen") return bound;
  return sql`(select seen.id, seen.version from ${bound}
    straight_join ${storedRow("schedules", "seen")} on seen.id = k.id ${noLimit}) as k`;
}

/** The version of a schedule in the transaction's own view, beside that of now. */
function seenVersion(part: LoadPart): RawBuilder<unknown> | undefined {
  if (part === "schedule_if_seen") return sql`k.version`;
  if (part !== "schedule") return undefined;
  return sql`(select seen.version from ${sql.table("schedules")} as seen where seen.id = k.id)`;
}

function settingsOf(lock: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select ${asDocument(objectOf("settings", "s"))} from ${storedRow("settings", "s")}
    where s.name = ${boundText(sql`${""}`)} ${noLimit} ${lock}`;
}

/** The schema version that the database has, as the document of one row. */
export function readVersion(strategy: MysqlStrategy): string {
  const row = sql`json_object('version', version, 'oldest_code', oldest_code)`;
  return sql`select ${asDocument(row)} from (${sql.raw(migrationStatements(strategy).readVersion)}) as found`.compile(
    strategy.queries,
  ).sql;
}
