import type { RecordKey } from "../model/record.ts";
import type { Slot } from "../model/slot.ts";
import type { CallOptions, CommitOutcome, OpenTransaction, StorageAdapter, Transition } from "../storage/adapter.ts";

/**
 * A transition that is yet to be sent. Hash and result of its command are made when it is: whoever loses to another one of
 * the same engine never goes so far. Functions, for getters in an object literal cost a third of a whole command.
 */
export interface PendingTransition extends Omit<Transition, "command"> {
  readonly command: { readonly id: string; readonly requestHash: () => string; readonly result: () => unknown };
}

/** The storage as the engine uses it: it commits one transition at a time, whether or not others go along with it. */
export interface EngineStorage extends Pick<StorageAdapter, "load" | "findSlots" | "findAppointments" | "readJournal"> {
  readonly commit: (pending: PendingTransition) => Promise<CommitOutcome>;
  /**
   * Slots as they were a short while ago, without asking the database; undefined if one of them is not known, and always
   * within a host's transaction.
   */
  readonly recall: (keys: readonly RecordKey[]) => readonly Slot[] | undefined;
  within(transaction: unknown): EngineStorage;
  begin(): Promise<OpenTransaction<unknown>>;
}

/** Passes every call on by itself. */
export function directStorage(storage: StorageAdapter, call: CallOptions): EngineStorage {
  return {
    load: (keys) => storage.load(keys, call),
    findSlots: (query) => storage.findSlots(query, call),
    findAppointments: (query) => storage.findAppointments(query, call),
    readJournal: (query) => storage.readJournal(query, call),
    recall: () => undefined,
    commit: async (pending) => (await storage.commit([asSent(pending)], call))[0] as CommitOutcome,
    within: (transaction) => directStorage(storage.within(transaction), call),
    begin: () => storage.begin(call),
  };
}

/** Plain data, as the contract has it. */
export function asSent({ command, expect, put, journal }: PendingTransition): Transition {
  const { id, requestHash, result } = command;
  return { command: { id, requestHash: requestHash(), result: result() }, expect, put, journal };
}
