import { setTimeout as sleep } from "node:timers/promises";
import type { StorageAdapter } from "@slotwright/core";

/** A host's pool, from which the adapter gets its connections. */
export interface HostPool {
  readonly storage: StorageAdapter<never>;
  /** Takes every connection of the pool as soon as callers return it. The returned function returns them. */
  readonly takeAll: () => Promise<() => void>;
  /** How many statements its sessions have refused so far because they are read-only. */
  readonly refusedAsReadOnly: () => number;
  readonly close: () => Promise<void>;
}

export interface HostPoolOptions {
  readonly address: string;
  /** Connections. */
  readonly size: number;
  /** Whether a caller that finds no free connection is refused, soon or at once, instead of waiting for one. */
  readonly refusesWaiting: boolean;
}

/** What drivers lend. */
interface Lent {
  release(): void;
}

/** Takes one after another and keeps them, because callers would never let all of them be free at the same time. */
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

/** What drivers' errors contain from the server: an SQLSTATE or a number. */
interface DriverError {
  readonly code?: unknown;
  readonly errno?: unknown;
}

/** Reports each error that these methods of a driver's connection answer with, by promise or callback. */
export function watchErrors(connection: object, names: readonly string[], tell: (error: DriverError) => void): void {
  const methods = connection as Record<string, (...given: unknown[]) => unknown>;
  for (const name of names) {
    const method = methods[name]?.bind(connection);
    methods[name] = (...given) => {
      const done = given.at(-1);
      if (typeof done !== "function") return watched(method?.(...given), tell);
      const telling = (error: DriverError | null, ...others: unknown[]) => {
        if (error) tell(error);
        done(error, ...others);
      };
      return method?.(...given.slice(0, -1), telling);
    };
  }
}

function watched(answer: unknown, tell: (error: DriverError) => void): unknown {
  if (Object.prototype.toString.call(answer) === "[object Promise]") void (answer as Promise<unknown>).catch(tell);
  return answer;
}
