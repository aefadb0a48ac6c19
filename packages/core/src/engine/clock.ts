import { setTimeout as delay } from "node:timers/promises";
import { BookingError } from "../errors/index.ts";
import { isDate } from "../model/date.ts";
import { limits } from "../model/limits.ts";

/** Where time comes from. Pass your own to make tests repeatable. */
export interface Clock {
  /** The current time. */
  readonly now: () => Date;
  /** Resolves after this many milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
}

/**
 * Dates that do not change. A host's clock may return the same one each time, and move it. What is no date would be
 * stored as one, or be refused by the database as if somebody had changed rows by hand.
 */
export function steady(clock: Clock): Clock {
  return { now: () => new Date(checked(clock.now())), sleep: (ms) => clock.sleep(ms) };
}

/** @throws BookingError `invalid_input` */
function checked(now: unknown): number {
  const epochMs = isDate(now) ? now.getTime() : Number.NaN;
  if (epochMs >= limits.earliest && epochMs < limits.latest) return epochMs;
  const message = `must return a Date from the year 1900 to 2199, and has returned ${String(now)}. Correct the option clock of createEngine`;
  throw new BookingError("invalid_input", { issues: [{ path: "clock.now", code: "invalid", message }] });
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (ms) => delay(ms),
};
