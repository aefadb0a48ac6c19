/** Lets one caller proceed at a time, in the order of arrival. */
export interface Turns {
  /** True once it is this caller's turn, false if that took too long. The caller that gets a turn has to end it. */
  readonly take: (withinMs: number) => Promise<boolean>;
  readonly end: () => void;
  readonly isFree: () => boolean;
}

/** A longer timer fires at once. */
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
      // Promise.withResolvers is missing in Node 20 and others.
      return new Promise((resolve) => {
        const giveUp = () => resolve(!waiting.delete(go));
        const timer = setTimeout(giveUp, Math.min(withinMs, longestTimer));
        const go = () => {
          clearTimeout(timer);
          resolve(true);
        };
        waiting.add(go);
      });
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
