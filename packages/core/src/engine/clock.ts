import { setTimeout as delay } from "node:timers/promises";

/** Where time comes from. Give another one to make tests repeatable. */
export interface Clock {
  /** What time it is. */
  readonly now: () => Date;
  /** Resolves after so many milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** Dates that stay as they are: a host's clock may hand out the same one each time, and move it. */
export function steady(clock: Clock): Clock {
  return { now: () => new Date(clock.now().getTime()), sleep: (ms) => clock.sleep(ms) };
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (ms) => delay(ms),
};
