import { dayMs } from "../model/local-date.ts";

/**
 * The clocks that a time of a calendar goes by. A local time is the number of milliseconds since midnight of 1970-01-01 by
 * these clocks, as if they had never been changed.
 */
export interface CalendarClock {
  /** What the clocks show at an instant. */
  readonly localAt: (instant: number) => number;
  /**
   * The instant at which they show this. RFC 5545 says what is meant where they are changed: the earlier instant of a time that
   * is shown twice, and for one that is skipped the instant by the offset before the change.
   */
  readonly instantAt: (local: number) => number;
}

/** From one time to another, both of them within. */
export interface Reach {
  readonly from: number;
  readonly to: number;
}

export const utcClock: CalendarClock = { localAt: (instant) => instant, instantAt: (local) => local };

/** A change moves the clocks by a day at most, as when Samoa crossed the date line. */
export const changeMs = 2 * dayMs;

export const isWithin = ({ from, to }: Reach, time: number): boolean => time >= from && time <= to;

/** Clocks of which one function is known. */
export function clockOf(shownAt: (instant: number) => number): CalendarClock {
  const offsetAt = (instant: number) => shownAt(instant) - instant;
  return {
    localAt: shownAt,
    instantAt(local) {
      const before = local - offsetAt(local - changeMs);
      const after = local - offsetAt(local + changeMs);
      if (before === after) return before;
      const shown = [before, after].filter((instant) => shownAt(instant) === local);
      return shown.length === 0 ? before : Math.min(...shown);
    },
  };
}
