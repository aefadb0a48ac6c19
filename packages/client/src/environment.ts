/** What a client needs of its surroundings. Tests give their own, so that none of them waits for a real timer. */
export interface Environment {
  /** Milliseconds since 1970 by the clock of the device, which may be wrong. */
  readonly now: () => number;
  /** Milliseconds that only grow, whoever sets the clock. */
  readonly elapsed: () => number;
  /** Does `work` once after `ms`. Returns what cancels it. */
  readonly setTimer: (work: () => void, ms: number) => () => void;
  /** In [0, 1): spreads the attempts of many clients. */
  readonly random: () => number;
}

export const systemEnvironment: Environment = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  setTimer(work, ms) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};
