import type { Environment } from "../environment.ts";

/** Pauses that can be cut short all at once: when the network is back, nobody should wait for the rest of theirs. */
export interface Pauses {
  /** Resolves after `ms`, or when it is woken or closed. */
  readonly pause: (ms: number) => Promise<void>;
  readonly wake: () => void;
}

export function createPauses({ setTimer }: Pick<Environment, "setTimer">): Pauses {
  const waiting = new Set<() => void>();
  return {
    pause: (ms) =>
      new Promise((resolve) => {
        const end = () => {
          cancel();
          waiting.delete(end);
          resolve();
        };
        const cancel = setTimer(end, ms);
        waiting.add(end);
      }),
    wake() {
      for (const end of [...waiting]) end();
    },
  };
}

/** Half to all of a time that doubles with each failure: clients that failed together do not come back together. */
export function backOff(failures: number, random: number, { firstMs = 500, mostMs = 30_000 } = {}): number {
  return Math.min(firstMs * 2 ** Math.max(failures - 1, 0), mostMs) * (0.5 + random / 2);
}
