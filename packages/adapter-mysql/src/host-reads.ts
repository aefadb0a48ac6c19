import { createReads, type Read, rowToRecord, rowToSlot, type SlotRow } from "@slotwright/adapter-sql";
import type {
  Agenda,
  Availability,
  CommitOutcome,
  RecordKey,
  RecordKind,
  Schedule,
  Slot,
  SlotQuery,
  SlotStatus,
  StoredRecord,
} from "@slotwright/core/adapter";
import { type RawBuilder, sql } from "kysely";
import { keyedLists, lockingLists } from "./documents.ts";
import { boundIds, joinedLoads, loadOf, noLimit, oncePerList, storedRow } from "./load-statements.ts";
import { boundIds as boundIdsOf, idsBy, inOrderOf, type LoadedRow, listed, type On } from "./reads.ts";
import { createStatements, type Statements } from "./statements.ts";
import type { MysqlStrategy } from "./strategy.ts";

/**
 * Reads within a host's transaction. They lock what they find, because a plain read shows the state from when the
 * transaction began to read. But at REPEATABLE READ, InnoDB can say whether a row exists *now* only by locking the gap
 * where the row would be. Transactions that add the first slots of new schedules at once would then block one another,
 * and deadlock.
 *
 * So a schedule is locked only if the transaction's own view shows it. Its slots are found in the view as well, and
 * then locked by key. That is as good as a look at what is stored now, because every command that adds slots to a
 * schedule changes its version. If the version has changed, or if a commit meets a schedule that the view does not
 * show, the transaction looks at what is stored, gaps included. SERIALIZABLE locks gaps even for the view; there, only
 * running the transaction again helps.
 */
export interface InHost extends On<HostStatements> {
  readonly schedules: KnownSchedules;
}

export interface HostStatements extends Statements {
  /** Loads these parts and locks them. The parameters are arrays of ids, one for each part in this order. */
  readonly loadParts: (parts: readonly LoadPart[]) => string;
  /** Slots as they are now, with every gap between them locked. */
  readonly slotsInRange: (query: SlotQuery) => Read | undefined;
  /** Slots that the transaction's view shows, locked by key. */
  readonly slotsByKey: (query: SlotQuery) => Read | undefined;
}

/** The records of a kind. Those with `if_seen` are only looked at if the transaction's own view shows them. */
type LoadPart = RecordKind | `${SeenKind}_if_seen`;
type SeenKind = (typeof seenKinds)[number];

const seenKinds = ["agenda", "schedule", "availability"] as const;
const isSeenKind = (kind: RecordKind): kind is SeenKind => seenKinds.some((one) => one === kind);

const partsInLockOrder: readonly LoadPart[] = [
  "agenda",
  "agenda_if_seen",
  "schedule",
  "schedule_if_seen",
  "availability",
  "availability_if_seen",
  "slot",
  "appointment",
  "command",
];

export function createHostStatements(strategy: MysqlStrategy, routines: number): HostStatements {
  const { server, lists } = strategy;
  const lock = server.locking("update", "s");
  const replayed = joinedLoads([loadOf("command", strategy, { lock: server.locking("share", "s") })]);
  const compile = (query: RawBuilder<unknown>) => query.compile(strategy.queries).sql;
  return {
    ...createStatements(strategy, routines),
    // A single command is looked up to learn whether it ran in the meantime, so it must be seen as it is now.
    loadReplayed: compile(replayed),
    loadParts: oncePerList((parts: readonly LoadPart[]) =>
      compile(parts.join() === "command" ? replayed : joinedLoads(parts.map((part) => loadPart(part, strategy, lock)))),
    ),
    slotsInRange: createReads({ ...strategy, lists: lockingLists(lists) }).slots,
    slotsByKey: createReads({ ...strategy, lists: keyedLists(lists, lock) }).slots,
  };
}

/**
 * Only commands are read without a lock. Most of those requested are new, and a lock on a missing row would keep others
 * from adding theirs. For an agenda, a schedule or an availability, the result has its version in the transaction's own view beside the
 * current one.
 */
function loadPart(part: LoadPart, strategy: MysqlStrategy, lock: RawBuilder<unknown>): RawBuilder<unknown> {
  switch (part) {
    case "command":
      return loadOf("command", strategy);
    case "agenda_if_seen":
      return loadOf("agenda", strategy, { keys: inView("agendas", strategy), lock, seen: sql`k.version` });
    case "schedule_if_seen":
      return loadOf("schedule", strategy, { keys: inView("schedules", strategy), lock, seen: sql`k.version` });
    case "availability_if_seen":
      return loadOf("availability", strategy, { keys: inView("availabilities", strategy), lock, seen: sql`k.version` });
    case "schedule": {
      const seen = sql`(select seen.version from ${sql.table("schedules")} as seen where seen.id = k.id)`;
      return loadOf(part, strategy, { lock, seen });
    }
    default:
      return loadOf(part, strategy, { lock });
  }
}

/** A subquery takes no locks of the surrounding query, and with a limit it runs separately. */
function inView(table: "agendas" | "schedules" | "availabilities", strategy: MysqlStrategy): RawBuilder<unknown> {
  return sql`(select seen.id, seen.version from ${boundIds(strategy)}
    straight_join ${storedRow(table, "seen")} on seen.id = k.id ${noLimit}) as k`;
}

export async function loadInHost(
  { connection, statements, schedules }: InHost,
  keys: readonly RecordKey[],
): Promise<readonly (StoredRecord | undefined)[]> {
  if (keys.length === 0) return [];
  for (const { kind, id } of keys) if (kind === "schedule") schedules.learnLoaded(id);
  const ids = idsBy(keys, ({ kind, id }): LoadPart => {
    if (kind === "agenda" || kind === "availability") return schedules.hasChanged(id) ? kind : `${kind}_if_seen`;
    return kind === "schedule" && !schedules.exists(id) ? "schedule_if_seen" : kind;
  });
  const parts = partsInLockOrder.filter((part) => ids[part] !== undefined);
  const parameters = parts.map((part) => boundIdsOf(ids[part]));
  const rows = await connection.read<LoadedRow>(statements.loadParts(parts), parameters);
  const records = rows.map(({ kind, row, seen }) => {
    const record = rowToRecord(kind, row);
    if (record.kind === "slot") schedules.learnSlots([record]);
    if (isSeenKind(kind) && seen !== (record as Schedule | Agenda | Availability).version)
      schedules.learnChanged(record.id);
    return record;
  });
  return inOrderOf(keys, records);
}

export async function findSlotsInHost(on: InHost, query: SlotQuery): Promise<readonly Slot[]> {
  const { connection, statements, schedules } = on;
  const slotsBy = async (read: Read | undefined) => {
    const slots = (await listed<SlotRow>(connection, read)).map(rowToSlot);
    schedules.learnSlots(slots);
    return slots;
  };
  if (!schedules.viewShows(query)) return slotsBy(statements.slotsInRange(query));
  const slots = await slotsBy(statements.slotsByKey(query));
  if (slots.every(({ status }) => query.statuses?.includes(status) ?? true)) return slots;
  // Blocked since the view began. Only a look at what is stored now shows what else has changed.
  if (query.scheduleId !== undefined) schedules.learnChanged(query.scheduleId);
  return slotsBy(statements.slotsInRange(query));
}

/**
 * What a host's transaction has learned about schedules, and about agendas, whose ids are none of schedules. An availability
 * often has the id of its schedule, along with which it changes.
 */
export interface KnownSchedules {
  /** True if the transaction's own view does not show it as it is now. */
  readonly hasChanged: (id: string) => boolean;
  /** True if the schedule certainly exists, so that looking for it locks no gap. */
  readonly exists: (id: string) => boolean;
  /** True if the view is enough to find all slots that this query asks for. */
  readonly viewShows: (query: SlotQuery) => boolean;
  /** Notes that the schedule is being loaded. If it exists in the view, it is locked from here on. */
  readonly learnLoaded: (id: string) => void;
  readonly learnSlots: (slots: readonly Slot[]) => void;
  readonly learnChanged: (id: string) => void;
  readonly learnStale: (outcomes: readonly CommitOutcome[]) => void;
}

/** For looks at what is stored now, which need no such care. */
export const allKnown: KnownSchedules = {
  hasChanged: () => true,
  exists: () => true,
  viewShows: () => false,
  learnLoaded: () => {},
  learnSlots: () => {},
  learnChanged: () => {},
  learnStale: () => {},
};

/** The transaction's own changes make the view's version the current one, so this lasts as long as the transaction. */
const changedIn = new WeakMap<object, Set<string>>();

export function knownSchedules(transaction: object): KnownSchedules {
  const changed = changedIn.get(transaction) ?? new Set();
  changedIn.set(transaction, changed);
  const existing = new Set<string>();
  const loaded = new Set<string>();
  return {
    hasChanged: (id) => changed.has(id),
    exists: (id) => existing.has(id) || changed.has(id),
    viewShows: ({ scheduleId, statuses }) =>
      scheduleId !== undefined && loaded.has(scheduleId) && !changed.has(scheduleId) && areVersioned(statuses),
    learnLoaded: (id) => {
      loaded.add(id);
    },
    learnSlots: (slots) => {
      for (const { scheduleId } of slots) existing.add(scheduleId);
    },
    learnChanged: (id) => {
      changed.add(id);
    },
    learnStale: (outcomes) => {
      for (const { kind, id } of outcomes.flatMap(staleKeys)) if (isSeenKind(kind)) changed.add(id);
    },
  };
}

/** Slots enter these states, taken together, only along with a change of the schedule. */
function areVersioned(statuses: SlotQuery["statuses"]): boolean {
  const together: readonly SlotStatus[] = ["available", "held", "booked"];
  return statuses === undefined || together.every((status) => statuses.includes(status));
}

function staleKeys(outcome: CommitOutcome): readonly RecordKey[] {
  return outcome.status === "stale" ? outcome.keys : [];
}
