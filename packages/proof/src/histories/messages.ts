import type { History, Intent } from "@slotwright/conformance";
import type { DatabaseAddress } from "@slotwright/lab/engines";
import type { Tally } from "./tally.ts";

/** To a process that plays: where, and then one round after the other. */
export type ToPlayer = PlayerSetup | Round;

export interface PlayerSetup extends DatabaseAddress {
  /** Part of its calls' names. */
  readonly name: string;
  /** A file for what is asked and answered, line by line: it outlives the process. */
  readonly log?: string;
  /** Whether each caller's clock jumps between its commands, by up to an hour, in both directions. */
  readonly clocksJump?: boolean;
  /** Whether every third caller runs each of its commands in a transaction that the engine opens. */
  readonly inTransactions?: boolean;
}

export interface Round {
  /** The name of the world that all processes play in. */
  readonly world: string;
  /** What exists when the round begins. */
  readonly slotIds: readonly string[];
  readonly appointmentIds: readonly string[];
  /** What each caller of this process does, one command after the other. */
  readonly callers: readonly (readonly Intent[])[];
}

/** What the callers of one process asked and were told. */
export interface RoundReport {
  readonly history: History;
  readonly tally: Tally;
  /** Errors that no engine may throw. */
  readonly rawErrors: readonly string[];
}
