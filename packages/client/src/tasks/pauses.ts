import type { RequestError } from "../calls/request-error.ts";
import type { Environment } from "../environment.ts";
import { createListeners } from "../listeners.ts";

/** Pauses that can be cut short all at once: when the network is back, nobody should wait for the rest of theirs. */
export interface Pauses {
  /** Resolves after `ms`, or when it is woken or closed. */
  readonly pause: (ms: number) => Promise<void>;
  /** Waits for the next attempt after so many failures: as long as the server wants, if it has said so, or longer. */
  readonly afterFailure: (failures: number, error?: RequestError | null) => Promise<void>;
  readonly wake: () => void;
}

export function createPauses({ setTimer, random }: Pick<Environment, "setTimer" | "random">): Pauses {
  const waiting = createListeners();
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const end = () => {
        cancel();
        leave();
        resolve();
      };
      const cancel = setTimer(end, ms);
      const leave = waiting.subscribe(end);
    });
  return {
    pause,
    afterFailure: (failures, error) => pause(Math.max(backOff(failures, random()), error?.retryAfterMs ?? 0)),
    wake: waiting.tell,
  };
}

/** Half to all of a time that doubles with each failure: clients that failed together do not come back together. */
export function backOff(failures: number, random: number, { firstMs = 500, mostMs = 30_000 } = {}): number {
  return Math.min(firstMs * 2 ** Math.max(failures - 1, 0), mostMs) * (0.5 + random / 2);
}
