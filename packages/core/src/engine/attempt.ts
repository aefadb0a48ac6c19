import { BookingError, type Refusal } from "../errors/index.ts";
import { keyText, type RecordKey } from "../model/record.ts";
import type { Slot } from "../model/slot.ts";
import type { Decided } from "../rules/decision.ts";
import type { CommitOutcome } from "../storage/adapter.ts";
import { StorageError } from "../storage/storage-error.ts";
import { refusalOfGuard } from "./guard-refusals.ts";
import { replay } from "./replay.ts";
import type { Request } from "./request.ts";
import type { GivenSlot } from "./spread.ts";

/** What came of one attempt. A refusal stays a value to the end, because throwing costs at each step. */
export type Attempt =
  | { readonly result: object; readonly again?: never }
  | { readonly refusal: Refusal; readonly again?: never }
  | Repeat;

/** Why the command has to be attempted again, and what to name as the cause once the budget is used up. */
export interface Repeat {
  readonly again: "busy" | "unknown" | "stale" | "missed" | "guarded";
  readonly cause: () => unknown;
  /** The agendas that others have written, if it was these. */
  readonly agendaIds?: readonly string[];
}

export function attemptOf(outcome: CommitOutcome, request: Request, decided: Decided<object>): Attempt {
  switch (outcome.status) {
    case "committed":
      return { result: decided.result };
    case "replayed":
      return { result: replay(outcome, request) };
    case "stale":
      return lostTo(outcome.keys);
    case "busy":
      return { again: "busy", cause: () => lockedByOthers(outcome.keys) };
    case "refused": {
      const refusal = refusalOfGuard(outcome.guard, decided, request.name);
      return { again: "guarded", cause: () => new BookingError(refusal.refused, refusal.details) };
    }
  }
}

/** Most losers start again at once, and nothing reads their cause. */
export function lostTo(keys: readonly RecordKey[]): Repeat {
  const agendaIds = keys.flatMap(({ kind, id }) => (kind === "agenda" ? [id] : []));
  // Of its own batch, a command on which it rested has lost.
  const restedOnOthers = keys.some(({ kind }) => kind === "command");
  const cause = () => new Error(`Others were faster ${JSON.stringify(keys)}`);
  return { again: "stale", cause, ...((agendaIds.length > 0 || restedOnOthers) && { agendaIds }) };
}

/** Somebody was given, or took, the slot that was found for the command. */
export function overtaken({ given }: { readonly given: GivenSlot | undefined }): Repeat {
  return {
    again: "missed",
    cause: () => new Error(`Others were faster at the slot ${given?.slot.id ?? "that was searched for"}`),
  };
}

/** Whether the slot is among what others have changed. */
export function isStaleSlot(outcome: CommitOutcome, { id }: Slot): boolean {
  return outcome.status === "stale" && outcome.keys.some((key) => key.kind === "slot" && key.id === id);
}

function lockedByOthers(keys: readonly RecordKey[]): StorageError {
  return new StorageError(
    "transient",
    `Other transactions have locked what this command changes: ${keys.map(keyText).join(", ")}. Nothing was changed; try again when they have ended.`,
  );
}
