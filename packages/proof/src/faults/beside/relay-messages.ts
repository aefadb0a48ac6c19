import type { HandedOver } from "@slotwright/conformance";
import type { DatabaseAddress } from "@slotwright/lab/engines";

/** For a process with a relay: where it works, and how. */
export interface RelaySetup extends DatabaseAddress {
  /** A file for what it hands over, line by line. It outlives the process. */
  readonly log: string;
  /** Its function never answers from this call on, counted from 1, for the record of that call. */
  readonly hangsAt: number;
  /** The key of a mutant that its storage is, to show that the audit would find it. */
  readonly mutant?: string | undefined;
}

/** What a process with a relay has written: that it was given an entry, or that it has answered for one. */
export type RelayLine = HandedOver & { readonly event: "given" | "answered" };
