import type { DatabaseAddress } from "@slotwright/lab/engines";
import type { Caller, Wish } from "./caller.ts";
import type { LedgerEntry } from "./ledger.ts";

/** The messages between the processes of the race. */

export interface Task {
  readonly type: "task";
  readonly database: DatabaseAddress;
  readonly callers: readonly Caller[];
  readonly wishes: readonly Wish[];
}

/** All start at this moment, in epoch milliseconds, because a message alone would reach one process before another. */
export interface Go {
  readonly type: "go";
  readonly at: number;
}

export type ToWorker = Task | Go;

/** Counts since the start. */
export interface Tally {
  readonly answered: number;
  readonly booked: number;
}

export interface Report {
  readonly type: "report";
  readonly pid: number;
  readonly ledger: readonly LedgerEntry[];
}

export type FromWorker = { readonly type: "ready" } | ({ readonly type: "tally" } & Tally) | Report;
