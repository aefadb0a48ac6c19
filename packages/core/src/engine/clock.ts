import { setTimeout as delay } from "node:timers/promises";

/** Where time comes from. Pass your own to make tests repeatable. */
export interface Clock {
  /** The current time. */
  readonly now: () => Date;
  /** Resolves after this many milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** Dates that do not change. A host's clock may return the same one each time, and move it. */
export function steady(clock: Clock): Clock {
  return { now: () => new Date(clock.now().getTime()), sleep: (ms) => clock.sleep(ms) };
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (ms) => delay(ms),
};
