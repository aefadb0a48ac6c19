import { setTimeout as delay } from "node:timers/promises";

/** Where time comes from. Give another one to make tests repeatable. */
export interface Clock {
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (ms) => delay(ms),
};
