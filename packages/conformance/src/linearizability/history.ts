import type { CommandName, ErrorCode } from "@slotwright/core";
import type { JournaledKind, StoredSettings } from "@slotwright/core/adapter";
import type { Decide } from "@slotwright/core/checking";

/** What several callers did at the same time, and the answers they got. Plain JSON that can be stored and sent. */
export interface History extends StoredSettings {
  /** The records that existed before the first call, as JSON. */
  readonly initial: readonly unknown[];
  readonly calls: readonly HistoryCall[];
}

/** A history with what its engines decide by. */
export interface JudgedHistory extends History {
  /** Undefined if their policies are not known. What they refused then says nothing about the order. */
  readonly house?: House | undefined;
}

/** Of the engines: how they decide, and what their policies look at. */
export interface House {
  readonly decide: Decide;
  readonly sees: Readonly<Record<"provider" | "subject" | "holder", boolean>>;
  /** Whether they look at anything but the records of a command. */
  readonly looksAround: boolean;
}

/** What the model has to know besides the calls. */
export type ModelSettings = StoredSettings & Pick<JudgedHistory, "house">;

/** Commands whose calls are in histories. */
export type RecordedCommand = Exclude<CommandName, "repair">;

/** Commands whose calls are several commits, one for each stretch of time, with anything between them. Their answers show no record. */
export const stretchedNames = ["publishSlots", "importBusy"] as const;
export type StretchedName = (typeof stretchedNames)[number];

export function isStretched<Call extends Pick<HistoryCall, "name">>(
  call: Call,
): call is Call & { readonly name: StretchedName } {
  return (stretchedNames as readonly string[]).includes(call.name);
}

/** A command, a read of one record, or a search. */
export type CallName = RecordedCommand | ReadName;

/** Searches for what is on offer. Those of an actor have the actor in their input. */
const searchNames = ["findOpen", "findTimes"] as const;
export type SearchName = (typeof searchNames)[number];

export function isSearch<Call extends Pick<HistoryCall, "name">>(
  call: Call,
): call is Call & { readonly name: SearchName } {
  return (searchNames as readonly string[]).includes(call.name);
}

export const readNames = ["getSlot", "getAppointment", "getAvailability", ...searchNames] as const;
type ReadName = (typeof readNames)[number];

export function isRead<Call extends Pick<HistoryCall, "name">>(call: Call): call is Call & { readonly name: ReadName } {
  return (readNames as readonly string[]).includes(call.name);
}

export interface HistoryCall {
  /** Unique in its history. Reports name the call by it. */
  readonly id: string;
  /** Who called. The calls of one caller follow one another. */
  readonly caller: string;
  readonly name: CallName;
  /**
   * The input as the engine received it, times in ISO 8601. Commands carry an idempotency key, and those of several commits
   * the id of their call as the reason, by which their commits are found in the journal.
   */
  readonly input: Readonly<Record<string, unknown>>;
  /** What a call of several commits has committed, in this order. `settleUnknown` finds out. */
  readonly commits?: readonly StretchCommit[];
  /** When the call was made and answered, on one monotonic scale for all callers. Null: never answered. */
  readonly called: number;
  readonly returned: number | null;
  /** What the engine's own clock showed then, ISO 8601. Holds expire by it. */
  readonly calledAt: string;
  readonly returnedAt: string;
  readonly outcome: CallOutcome;
}

/** The commit of one stretch of time. A stretch in which nothing is to be done has none. */
export interface StretchCommit {
  /** The id of its command. */
  readonly id: string;
  /** When it was decided, ISO 8601. */
  readonly at: string;
  /** What became of the stretch, as its command's record has it. */
  readonly result: unknown;
  /** The records that it wrote, as the journal has them. */
  readonly wrote: readonly WrittenRecord[];
}

export interface WrittenRecord {
  readonly kind: JournaledKind;
  readonly id: string;
  readonly version: number;
  readonly status: string;
}

export type CallOutcome =
  /** It took effect, and this is the answer. If `returned` is null, the command's record supplied the answer later. */
  | { readonly status: "done"; readonly result: unknown }
  | { readonly status: "refused"; readonly code: ErrorCode; readonly details: unknown }
  /**
   * It certainly had no effect: the database was busy or away, or the input was not understood at all. Of several commits,
   * those before may have been made.
   */
  | { readonly status: "failed"; readonly code: ErrorCode }
  /**
   * It may have taken effect at any time after the call, or never. `result` is its answer if it did. Without a result,
   * the call counts as having no effect; `settleUnknown` finds out.
   */
  | { readonly status: "unknown"; readonly result?: unknown };

/** Joins what several callers or processes recorded about one store. Their call ids must differ. */
export function mergeHistories(histories: readonly History[]): History {
  const { overlapScope = "facility", idempotencyScope = "actor", initial = [] } = histories[0] ?? {};
  const calls = histories.flatMap((one) => one.calls).sort((a, b) => a.called - b.called);
  return { overlapScope, idempotencyScope, initial, calls };
}
