import { createReads, migrationStatements, type Reads } from "@slotwright/adapter-sql";
import type { RecordKind } from "@slotwright/core";
import { type RawBuilder, sql } from "kysely";
import { asDocument, boundText, lockingLists, objectOf } from "./documents.ts";
import { procedureNames, rowsIn, steps } from "./procedures.ts";
import type { MysqlStrategy } from "./strategy.ts";

/** The SQL of the adapter, compiled once by Kysely. Each connection prepares it when it is first used. */
export interface Statements {
  /** Loads the records of these kinds; the parameters are arrays of ids, one for each kind in this order. */
  readonly load: (kinds: readonly RecordKind[]) => string;
  /** Loads commands of which some have taken effect already; the parameter is an array of their ids. */
  readonly loadReplayed: string;
  readonly reads: Reads;
  /** Writes a batch in a transaction of its own. */
  readonly commit: string;
  /** Writes a batch within the transaction that is open. */
  readonly write: string;
  readonly readSchemaVersion: string;
}

const tables = { schedule: "schedules", slot: "slots", appointment: "appointments", command: "commands" } as const;

/** The order in which rows are locked, everywhere. */
export const kindsInLockOrder: readonly RecordKind[] = ["schedule", "slot", "appointment", "command"];

/** The statements for transactions of our own. */
export function createStatements(strategy: MysqlStrategy): Statements {
  return statements(strategy, createReads(strategy), { load: () => sql``, replayed: sql`` });
}

/**
 * The statements for a host's transaction. Locking reads see what is committed now; plain ones would see what was when
 * the transaction began to read. Only commands are read without a lock: most of the keys asked for are new, and a lock
 * on a row that does not exist would keep others from adding theirs.
 */
export function createHostStatements(strategy: MysqlStrategy): Statements {
  const reads = createReads({ ...strategy, lists: lockingLists(strategy.lists) });
  const plain = createReads(strategy);
  return statements(
    strategy,
    { ...plain, slots: reads.slots },
    {
      load: (kind) => (kind === "command" ? sql`` : sql` ${strategy.server.locking("update", "s")}`),
      replayed: sql` ${strategy.server.locking("share", "s")}`,
    },
  );
}

/** Whoever asks for a command alone asks whether it ran in the meantime: that is to be seen as it is now. */
function locksFor(kinds: readonly RecordKind[], { load, replayed }: Locks): Locks["load"] {
  return kinds.join() === "command" ? () => replayed : load;
}

interface Locks {
  readonly load: (kind: RecordKind) => RawBuilder<unknown>;
  readonly replayed: RawBuilder<unknown>;
}

function statements(strategy: MysqlStrategy, reads: Reads, locks: Locks): Statements {
  const compile = (query: RawBuilder<unknown>) => query.compile(strategy.queries).sql;
  const call = (name: string) =>
    compile(sql`call ${strategy.routine(name)}(${sql.join(steps.map(() => sql`${null}`))})`);
  const loads = new Map<string, string>();
  return {
    load: (kinds) => {
      const known = loads.get(kinds.join()) ?? compile(loadOf(kinds, strategy, locksFor(kinds, locks)));
      loads.set(kinds.join(), known);
      return known;
    },
    loadReplayed: compile(loadOf(["command"], strategy, () => locks.replayed)),
    reads,
    commit: call(procedureNames.commit),
    write: call(procedureNames.write),
    readSchemaVersion: readVersion(strategy),
  };
}

function loadOf(
  kinds: readonly RecordKind[],
  strategy: MysqlStrategy,
  lockOf: (kind: RecordKind) => RawBuilder<unknown>,
): RawBuilder<unknown> {
  const parts = kinds.map((kind) => {
    const document = asDocument(sql`json_object('kind', ${sql.lit(kind)}, 'row', ${objectOf(tables[kind], "s")})`);
    return sql`(select ${document} from ${rowsIn(boundText(sql`${""}`), ["id"], strategy)}
      straight_join ${sql.table(tables[kind])} as s force index (primary) on s.id = k.id${lockOf(kind)})`;
  });
  // The limit is none, for hosts that have set sql_select_limit.
  return sql`${sql.join(parts, sql` union all `)} limit 18446744073709551615`;
}

/** The schema version that the database has, as the document of one row. */
export function readVersion(strategy: MysqlStrategy): string {
  const version = sql`(${sql.raw(migrationStatements(strategy).readVersion)})`;
  return sql`select ${asDocument(sql`json_object('version', ${version})`)}`.compile(strategy.queries).sql;
}
