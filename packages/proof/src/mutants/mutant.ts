import { type Interceptor, intercepted } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";

/** An adapter with one flaw. */
export interface Mutant {
  /** Stable: the list of equivalent ones refers to it. */
  readonly key: string;
  readonly breakIt: Break;
}

export type Break = (storage: StorageAdapter<never>) => StorageAdapter<never>;

/**
 * The adapter with some calls replaced, also within a host's transaction: a flaw that is only there outside of one would be
 * found by half of the suite.
 */
export function withCalls(replace: Interceptor): Break {
  return (storage) => intercepted(storage, replace);
}
