import type { StorageAdapter } from "@slotwright/core";

/** A host's pool, of which the adapter gets its connections. */
export interface HostPool {
  readonly storage: StorageAdapter<never>;
  /** Takes every connection of the pool, or rejects; the returned function gives them back. */
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

export async function takeAllOf(size: number, take: () => Promise<Lent>): Promise<() => void> {
  const asked = await Promise.allSettled(Array.from({ length: size }, take));
  const lent = asked.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const giveBack = () => {
    for (const one of lent) one.release();
  };
  if (lent.length === size) return giveBack;
  giveBack();
  throw new Error(`${lent.length} of ${size} connections were free.`);
}
