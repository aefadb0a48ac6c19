/** What a client needs of its surroundings. Tests give their own, so that none of them waits for a real timer. */
export interface Environment {
  /** Milliseconds since 1970 by the clock of the device, which may be wrong. */
  readonly now: () => number;
  /** Milliseconds that only grow, also when the clock is set back. */
  readonly elapsed: () => number;
  /** Does `work` once after `ms`, or after 24 days if that is more. Returns what cancels it. */
  readonly setTimer: (work: () => void, ms: number) => () => void;
  /** In [0, 1): spreads the attempts of many clients. */
  readonly random: () => number;
}

/** Timers of browsers and of Node count in 31 bits, and fire at once beyond that. */
const longestTimerMs = 2 ** 31 - 1;

export const systemEnvironment: Environment = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  setTimer(work, ms) {
    const timer = setTimeout(work, Math.min(ms, longestTimerMs));
    return () => clearTimeout(timer);
  },
  random: Math.random,
};
