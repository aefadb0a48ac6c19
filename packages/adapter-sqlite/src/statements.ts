import {
  createReads,
  type ListReads,
  migrationStatements,
  type SqlStrategy,
  standardLists,
  tableOfKind,
} from "@slotwright/adapter-sql";
import type { RecordKind } from "@slotwright/core/adapter";
import { sql } from "kysely";
import { type AroundStatements, createAround } from "./around-statements.ts";
import { createWrites, type Writes } from "./writes.ts";

type PerKind = Readonly<Record<RecordKind, string>>;

/** The adapter's SQL, compiled once by Kysely. Each connection prepares a statement when it first uses it. */
export interface Statements {
  /** Takes an id. */
  readonly select: PerKind;
  /** Takes a JSON array of ids. */
  readonly selectMany: PerKind;
  /** Takes an id. A command has no version, and counts as 1. Of a slot, also the status. */
  readonly selectVersion: PerKind;
  readonly reads: ListReads;
  readonly around: AroundStatements;
  /** Takes a number and a limit. */
  readonly readFeed: string;
  /** Returns the last entry. */
  readonly readFeedEnd: string;
  readonly writes: Writes;
  readonly readSchemaVersion: string;
  /** Takes the name. */
  readonly readSettings: string;
  /** Takes the name and value. Changes nothing if the name exists. */
  readonly storeSetting: string;
  /** Takes the name. */
  readonly readRelay: string;
  /** Takes the name, version and state. Changes nothing if the name exists. */
  readonly insertRelay: string;
  /** Takes the version, the state, the name and the version before. */
  readonly updateRelay: string;
  /** Returns one row, `now`, in milliseconds. */
  readonly readClock: string;
  /** Changes nothing, and takes the write lock. */
  readonly lock: string;
}

// One writer at a time: numbers are in the order of the commits.
const feedRows = sql`select 0 as feed_partition, seq, ${standardLists.selected("journal")} from ${sql.table("journal")}`;

export function createStatements(strategy: SqlStrategy): Statements {
  const compiled = (query: ReturnType<typeof sql>) => query.compile(strategy.queries).sql;
  const perKind = (template: (kind: RecordKind) => ReturnType<typeof sql>): PerKind => {
    const compile = (kind: RecordKind) => template(kind).compile(strategy.queries).sql;
    return {
      agenda: compile("agenda"),
      schedule: compile("schedule"),
      availability: compile("availability"),
      slot: compile("slot"),
      appointment: compile("appointment"),
      command: compile("command"),
    };
  };
  return {
    select: perKind((kind) => sql`select * from ${sql.table(tableOfKind[kind])} where id = ${""}`),
    selectMany: perKind(
      (kind) => sql`select * from ${sql.table(tableOfKind[kind])} where id in (select value from json_each(${""}))`,
    ),
    selectVersion: perKind((kind) => {
      const status = kind === "slot" ? sql`, status` : sql``;
      const version = kind === "command" ? sql`1 as version` : sql`version${status}`;
      return sql`select ${version} from ${sql.table(tableOfKind[kind])} where id = ${""}`;
    }),
    reads: createReads(strategy),
    around: createAround(strategy),
    readFeed: sql`${feedRows} where seq >= ${0} order by seq limit ${0}`.compile(strategy.queries).sql,
    readFeedEnd: sql`${feedRows} where seq = (select max(seq) from ${sql.table("journal")})`.compile(strategy.queries)
      .sql,
    writes: createWrites(strategy),
    readSettings: sql`select value from ${sql.table("settings")} where name = ${""}`.compile(strategy.queries).sql,
    storeSetting:
      sql`insert into ${sql.table("settings")} (name, value) values (${""}, ${""}) on conflict do nothing`.compile(
        strategy.queries,
      ).sql,
    readRelay: compiled(sql`select version, state from ${sql.table("relays")} where name = ${""}`),
    insertRelay: compiled(
      sql`insert into ${sql.table("relays")} (name, version, state) values (${""}, ${1}, ${""}) on conflict do nothing`,
    ),
    updateRelay: compiled(
      sql`update ${sql.table("relays")} set version = ${1}, state = ${""} where name = ${""} and version = ${1}`,
    ),
    readClock: "select cast(round((julianday('now') - 2440587.5) * 86400000) as integer) as now",
    readSchemaVersion: migrationStatements(strategy).readVersion,
    lock: sql`update ${sql.table("migrations")} set version = version where version < 0`.compile(strategy.queries).sql,
  };
}
