import type { History, Intent } from "@slotwright/conformance";
import type { DatabaseAddress } from "@slotwright/lab/engines";
import type { Tally } from "./tally.ts";

/** For a process that plays: where to play, and then one round after another. */
export type ToPlayer = PlayerSetup | Round;

export interface PlayerSetup extends DatabaseAddress {
  /** Part of the names of its calls. */
  readonly name: string;
  /** A file for questions and answers, line by line. It outlives the process. */
  readonly log?: string;
  /** Whether each caller's clock jumps between its commands, by up to an hour, in both directions. */
  readonly clocksJump?: boolean;
  /** Whether every third caller runs each of its commands in a transaction that the engine opens. */
  readonly inTransactions?: boolean;
}

export interface Round {
  /** The name of the world that all processes play in. */
  readonly world: string;
  /** The names of the policies that engines have in it. */
  readonly policies: readonly string[];
  /** When the play began, by which all engines tell the time. */
  readonly startedAt: number;
  /** What exists when the round begins. */
  readonly slotIds: readonly string[];
  readonly appointmentIds: readonly string[];
  /** What each caller of this process does, one command after another. */
  readonly callers: readonly (readonly Intent[])[];
}

/** What the callers of one process asked and were told. */
export interface RoundReport {
  readonly history: History;
  readonly tally: Tally;
  /** Errors that an engine must never throw. */
  readonly rawErrors: readonly string[];
}
