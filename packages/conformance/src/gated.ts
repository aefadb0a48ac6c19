import type { StorageAdapter } from "@slotwright/core";
import { aroundCalls, intercepted } from "./intercepted.ts";

/**
 * The adapter with something awaited before each call that a command or a read waits for, such as a turn, a fault or a
 * count.
 */
export function gatedAdapter(storage: StorageAdapter, gate: (call: string) => Promise<void>): StorageAdapter {
  return intercepted(
    storage,
    aroundCalls((call, proceed) => gate(call).then(proceed)),
  );
}
