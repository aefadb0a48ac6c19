/** Lets one caller proceed at a time, in the order of arrival. */
export interface Mutex {
  /** True once it is this caller's turn, false if that took too long. The caller that gets it has to release it. */
  readonly take: (withinMs: number) => Promise<boolean>;
  readonly release: () => void;
  readonly isFree: () => boolean;
}

/** A longer timer fires at once. */
const longestTimerMs = 2 ** 31 - 1;

export function createMutex(): Mutex {
  const waiting = new Set<() => void>();
  let isTaken = false;
  return {
    isFree: () => !isTaken,
    async take(withinMs) {
      if (!isTaken) {
        isTaken = true;
        return true;
      }
      // Promise.withResolvers is missing in Node 20 and others.
      return new Promise((resolve) => {
        const giveUp = () => resolve(!waiting.delete(go));
        const timer = setTimeout(giveUp, Math.min(withinMs, longestTimerMs));
        const go = () => {
          clearTimeout(timer);
          resolve(true);
        };
        waiting.add(go);
      });
    },
    release() {
      const [next] = waiting;
      isTaken = next !== undefined;
      if (next === undefined) return;
      waiting.delete(next);
      next();
    },
  };
}
