import type { Agenda } from "../model/agenda.ts";
import type { JournalEntry } from "../model/journal.ts";
import type { RecordKey, VersionedRecord } from "../model/record.ts";
import type { Decided } from "../rules/decision.ts";
import type {
  Around,
  CallOptions,
  CommitOutcome,
  JournalPage,
  JournalsQuery,
  OpenTransaction,
  StorageAdapter,
  Surveyed,
  Transition,
} from "../storage/adapter.ts";
import { withAgendas } from "./sight/with-agendas.ts";
import { storedResult } from "./stored-result.ts";

/** What a transition says of its command. A function: a getter in an object literal costs a third of a command. */
export interface CommandIdentity {
  readonly id: string;
  readonly requestHash: () => string;
}

/** What a command wants to commit. */
export interface Proposed {
  readonly decided: Decided<object>;
  /** On which the decision rests. They are written with it. */
  readonly agendas: readonly Agenda[];
  /** When the reading of these began, as `performance.now()` counts. */
  readonly readFrom: number;
  /**
   * The decision on what others leave who come first at these agendas. Undefined if that is not a yes. Never throws.
   */
  readonly after: (left: readonly VersionedRecord[]) => Decided<object> | undefined;
}

/** What came of it, and the decision to which that happened: the proposed one, or one after others. */
export interface Settled {
  readonly outcome: CommitOutcome;
  readonly decided: Decided<object>;
}

/** A call that waits for a connection until this time, as `performance.now()` counts. Default: the whole budget. */
type Bounded<Call> = Call extends (asked: infer Asked, call?: CallOptions) => infer Answer
  ? (asked: Asked, until?: number) => Answer
  : never;

type Reads = {
  readonly [Name in "load" | "findSlots" | "findOpen" | "findAppointments" | "readFeed"]: Bounded<StorageAdapter[Name]>;
};

/** A page of one journal. */
export type JournalQuery = JournalPage & Pick<JournalsQuery, "descending">;

/** The storage as the engine uses it: it commits one transition at a time, alone or together with others. */
export interface EngineStorage
  extends Reads,
    Pick<StorageAdapter, "readSettings" | "storeSettings" | "readRelay" | "storeRelay" | "readClock"> {
  readonly loadAround: (keys: readonly RecordKey[], around: readonly Around[], until?: number) => Promise<Surveyed>;
  /** For what no decision rests on. */
  readonly loadAroundToShow: EngineStorage["loadAround"];
  readonly readJournal: (query: JournalQuery, until?: number) => Promise<readonly JournalEntry[]>;
  /** For records on which no decision rests. */
  readonly loadToShow: Reads["load"];
  readonly commit: (command: CommandIdentity, proposed: Proposed, until?: number) => Promise<Settled>;
  within(transaction: unknown): EngineStorage;
  begin(until?: number): Promise<OpenTransaction<unknown>>;
}

/** Passes every call on by itself. */
export function directStorage(storage: StorageAdapter, call: CallOptions): EngineStorage {
  return {
    load: (keys, until) => storage.load(keys, bounded(call, until)),
    loadAround: (keys, around, until) => storage.loadAround(keys, around, bounded(call, until)),
    loadAroundToShow: (keys, around, until) =>
      storage.loadAround(keys, around, { ...bounded(call, until), displayOnly: true }),
    loadToShow: (keys, until) => storage.load(keys, { ...bounded(call, until), displayOnly: true }),
    findSlots: (query, until) => storage.findSlots(query, bounded(call, until)),
    findOpen: (query, until) => storage.findOpen(query, bounded(call, until)),
    findAppointments: (query, until) => storage.findAppointments(query, bounded(call, until)),
    async readJournal(page, until) {
      const query = { pages: [page], descending: page.descending ?? false };
      const [entries] = await storage.readJournals(query, bounded(call, until));
      return entries as readonly JournalEntry[];
    },
    readFeed: (query, until) => storage.readFeed(query, bounded(call, until)),
    readSettings: () => storage.readSettings(call),
    storeSettings: (settings) => storage.storeSettings(settings, call),
    readRelay: (name) => storage.readRelay(name, call),
    storeRelay: (relay) => storage.storeRelay(relay, call),
    readClock: () => storage.readClock(call),
    async commit(command, { decided, agendas }, until) {
      const transition = transitionOf(command, withAgendas(decided, agendas));
      const [outcome] = await storage.commit([transition], bounded(call, until));
      return { outcome: outcome as CommitOutcome, decided };
    },
    within: (transaction) => directStorage(storage.within(transaction), call),
    begin: (until) => storage.begin(bounded(call, until)),
  };
}

/** A budget below this limits attempts: even a budget of 0 leaves the time to open a connection. */
const leastBudgetMs = 1_000;

/** The least time that the last call of a budget has. Taking a free connection needs less. */
const leastWaitMs = 50;

export function untilOf(budgetMs: number): number {
  return performance.now() + Math.max(budgetMs, leastBudgetMs);
}

export function bounded(call: CallOptions, until: number | undefined): CallOptions {
  if (until === undefined) return call;
  return { ...call, connectWithinMs: Math.max(until - performance.now(), leastWaitMs) };
}

/** The same storage, whose calls share the time that is left. */
export function storageUntil(storage: EngineStorage, until: number): EngineStorage {
  return {
    ...storage,
    load: (keys) => storage.load(keys, until),
    loadAround: (keys, around) => storage.loadAround(keys, around, until),
    findSlots: (query) => storage.findSlots(query, until),
    findAppointments: (query) => storage.findAppointments(query, until),
  };
}

/**
 * Plain data, as the contract requires. It is made when it is sent: a command that loses to another one of the same
 * engine needs neither a hash nor a stored result.
 */
export function transitionOf(
  { id, requestHash }: CommandIdentity,
  { expect, put, journal, result }: Decided<object>,
  restsOn: readonly string[] = [],
): Transition {
  const command = { id, requestHash: requestHash(), result: storedResult(result) };
  return { command, expect, put, journal, ...(restsOn.length > 0 && { restsOn }) };
}
