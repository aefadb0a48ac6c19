/** Lets one go on at a time, in the order in which they came. */
export interface Turns {
  /** True once it is this one's turn, false if that took too long. Whoever had its turn ends it. */
  readonly take: (withinMs: number) => Promise<boolean>;
  readonly end: () => void;
  readonly isFree: () => boolean;
}

/** Timers that wait longer fire at once. */
const longestTimer = 2 ** 31 - 1;

export function createTurns(): Turns {
  const waiting = new Set<() => void>();
  let isTaken = false;
  return {
    isFree: () => !isTaken,
    async take(withinMs) {
      if (!isTaken) {
        isTaken = true;
        return true;
      }
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const go = () => resolve(true);
      waiting.add(go);
      const giveUp = () => resolve(!waiting.delete(go));
      const timer = setTimeout(giveUp, Math.min(withinMs, longestTimer));
      return promise.finally(() => clearTimeout(timer));
    },
    end() {
      const [next] = waiting;
      isTaken = next !== undefined;
      if (next === undefined) return;
      waiting.delete(next);
      next();
    },
  };
}
