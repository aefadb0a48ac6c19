import { setTimeout as sleep } from "node:timers/promises";
import type { StorageAdapter } from "@slotwright/core";

/** A host's pool, of which the adapter gets its connections. */
export interface HostPool {
  readonly storage: StorageAdapter<never>;
  /** Takes every connection of the pool, as soon as callers give them back; the returned function gives them back. */
  readonly takeAll: () => Promise<() => void>;
  readonly close: () => Promise<void>;
}

export interface HostPoolOptions {
  readonly address: string;
  /** Connections. */
  readonly size: number;
  /** Whether whoever finds no free connection is refused, soon or at once, in place of waiting for one. */
  readonly refusesWaiting: boolean;
}

/** What drivers lend. */
interface Lent {
  release(): void;
}

/** Takes one after the other and keeps them, as callers would never let all of them be free at once. */
export async function takeAllOf(size: number, take: () => Promise<Lent>): Promise<() => void> {
  const lent: Lent[] = [];
  while (lent.length < size) {
    const one = await take().catch(() => undefined);
    if (one === undefined) await sleep(1);
    else lent.push(one);
  }
  return () => {
    for (const one of lent) one.release();
  };
}
