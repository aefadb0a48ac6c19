import type { DatabaseAddress } from "@slotwright/lab/engines";

/** What a process with an engine receives: first where to work, and then what to do in each turn. */
export type ToEngine = DatabaseAddress | Turn;

/** Each caller has a slot of its own, which it books and frees in turn. */
export interface Turn {
  readonly slotIds: readonly string[];
  readonly ms: number;
}

export interface TurnReport {
  /** How long each command took, in milliseconds. */
  readonly times: readonly number[];
  /** Processor time of the process. */
  readonly cpuMs: number;
  readonly errors: readonly string[];
}
