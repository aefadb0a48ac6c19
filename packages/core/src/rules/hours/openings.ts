import type { ParsedHours } from "../../model/hours.ts";
import { dayMs, minuteMs } from "../../model/local-date.ts";
import type { ZoneClock } from "../../model/zone-clock.ts";
import { type Offered, windowsOf } from "./windows.ts";

/** A time that is on offer, in epoch milliseconds. */
export interface OpenTime {
  readonly start: number;
  readonly end: number;
  readonly capacity: number;
}

/** A window of the hours on one day, in epoch milliseconds. */
export interface OpenWindow {
  readonly start: number;
  readonly end: number;
  readonly offer: Offered;
  readonly isException: boolean;
}

/**
 * Days before and after a range with windows that count in it: one lasts two days at most, those of two days more may take
 * times from it, and a zone may have skipped a day.
 */
const margin = 5;

/** Which openings are asked for. */
export interface OpenTimesAsked {
  /**
   * How long they are to last: as long as the offer says and any number of its steps longer, or else there is none. Default: as
   * long as the offer says.
   */
  readonly minutes?: number | undefined;
  /** The last one first. Default `false`. */
  readonly descending?: boolean;
}

/**
 * The openings that start within a range of instants, in the order of their starts. Those of a window are worked out when it is
 * reached. Cut the range anywhere: the openings of the parts are those of the whole.
 */
export function openTimes(
  hours: ParsedHours,
  clock: ZoneClock,
  from: number,
  to: number,
  { minutes, descending = false }: OpenTimesAsked = {},
): Iterable<OpenTime> {
  return {
    [Symbol.iterator]() {
      const groups = groupsOf(openWindows(hours, clock, from, to));
      return iteratorOf(descending ? groups.toReversed() : groups, { from, to, minutes, descending });
    },
  };
}

/** How many openings may start within a range at most, without working them out. */
export function mostOpenTimes(hours: ParsedHours, clock: ZoneClock, from: number, to: number, minutes: number): number {
  let most = 0;
  for (const { start, end, offer } of openWindows(hours, clock, from, to)) {
    if (!lasts(offer, minutes)) continue;
    const step = offer.step * minuteMs;
    const first = Math.ceil(Math.max(0, from - start) / step);
    const last = Math.floor(Math.min(end - minutes * minuteMs - start, to - 1 - start) / step);
    most += Math.max(0, last - first + 1);
  }
  return most;
}

/** Each opening of a generator takes twice as long as one of this. */
function iteratorOf(
  groups: readonly (readonly OpenWindow[])[],
  { from, to, minutes, descending }: OpenTimesAsked & { readonly from: number; readonly to: number },
): Iterator<OpenTime, undefined> {
  let times: readonly OpenTime[] = [];
  let [group, at] = [0, 0];
  return {
    next() {
      for (;;) {
        while (at < times.length) {
          const value = times[at] as OpenTime;
          at += 1;
          if (value.start >= from && value.start < to) return { done: false, value };
        }
        const next = groups[group];
        if (next === undefined) return { done: true, value: undefined };
        group += 1;
        times = descending === true ? timesOf(next, minutes).toReversed() : timesOf(next, minutes);
        at = 0;
      }
    },
  };
}

/** In the order of their starts. Of two with the same start, the one that is listed first in the hours comes first. */
export function openWindows(hours: ParsedHours, clock: ZoneClock, from: number, to: number): readonly OpenWindow[] {
  if (from >= to) return [];
  const first = Math.floor(clock.localAt(from) / dayMs) - margin;
  const last = Math.floor(clock.localAt(to) / dayMs) + margin;
  const windowsOn = windowsOf(hours, first, last);
  const windows: OpenWindow[] = [];
  for (let day = first; day <= last; day += 1) {
    const midnight = day * dayMs;
    for (const { from, to, offer, isException, nextOther } of windowsOn(day)) {
      // Its first instant: the clocks may show that midnight twice.
      const latest = nextOther === undefined ? Number.POSITIVE_INFINITY : clock.startAt(nextOther * dayMs);
      const start = clock.startAt(midnight + from * minuteMs);
      windows.push({ start, end: Math.min(clock.endAt(midnight + to * minuteMs), latest), offer, isException });
    }
  }
  return windows.sort((a, b) => a.start - b.start);
}

/**
 * Windows that meet, one after another. Usually each is alone. Two meet where an exception goes on after midnight or is
 * extra, and where the clocks show an hour twice.
 */
function groupsOf(windows: readonly OpenWindow[]): readonly (readonly OpenWindow[])[] {
  const groups: OpenWindow[][] = [];
  let group: OpenWindow[] = [];
  let until = Number.NEGATIVE_INFINITY;
  for (const window of windows) {
    if (window.start >= until) {
      group = [];
      groups.push(group);
    }
    group.push(window);
    until = Math.max(until, window.end);
  }
  return groups;
}

function timesOf(group: readonly OpenWindow[], minutes: number | undefined): readonly OpenTime[] {
  const [only, ...more] = group;
  if (only === undefined || more.length === 0) return only === undefined ? [] : cut(only, minutes, []);
  return group
    .flatMap((window, place) =>
      cut(
        window,
        minutes,
        group.filter((other, at) => comesFirst(other, window, at < place)),
      ),
    )
    .sort((a, b) => a.start - b.start || a.end - b.end);
}

/** Where two windows meet, an exception counts, and then the one that starts earlier. */
function comesFirst(one: OpenWindow, other: OpenWindow, isBefore: boolean): boolean {
  return one.isException === other.isException ? isBefore : one.isException;
}

/** Whether something that takes several steps of the grid may last so long. */
function lasts({ minutes: shortest, step }: Offered, minutes: number): boolean {
  return minutes >= shortest && (minutes - shortest) % step === 0;
}

/** Whether something that lasts from `start` to `end` begins on the grid of a window, and ends within it. */
export function isOnGrid(window: OpenWindow, start: number, end: number): boolean {
  const { offer } = window;
  return (
    window.start <= start &&
    end <= window.end &&
    lasts(offer, (end - start) / minuteMs) &&
    (start - window.start) % (offer.step * minuteMs) === 0
  );
}

const isTaken = (taken: readonly OpenWindow[], start: number, end: number): boolean =>
  taken.some((other) => other.start < end && start < other.end);

/** The openings of a window, but for those that others take. What is left at its end is too short for one. */
function cut(
  { start, end, offer }: OpenWindow,
  minutes: number | undefined,
  taken: readonly OpenWindow[],
): readonly OpenTime[] {
  const times: OpenTime[] = [];
  if (minutes !== undefined && !lasts(offer, minutes)) return times;
  const { capacity } = offer;
  const [length, step] = [(minutes ?? offer.minutes) * minuteMs, offer.step * minuteMs];
  for (let at = start; at + length <= end; at += step) {
    const until = at + length;
    if (taken.length === 0 || !isTaken(taken, at, until)) times.push({ start: at, end: until, capacity });
  }
  return times;
}
