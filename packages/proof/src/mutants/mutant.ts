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
 * The adapter with some calls replaced, also within a host's transaction. Half of the suite would miss a flaw that
 * exists only outside of one.
 */
export function withCalls(replace: Interceptor): Break {
  return (storage) => intercepted(storage, replace);
}
