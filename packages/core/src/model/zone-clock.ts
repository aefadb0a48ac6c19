import { Temporal } from "temporal-polyfill";

/** Which day it is at an instant in epoch milliseconds, as days since 1970-01-01. The same function for each zone. */
export type DayAt = (instant: number) => number;

/**
 * What the clocks of a time zone show. A local time is the number of milliseconds since midnight of 1970-01-01 by these
 * clocks, as if they had never been changed: 2027-03-22 09:00 is `Date.UTC(2027, 2, 22, 9)` in every zone.
 */
export interface ZoneClock {
  /** What the clocks show at an instant, in epoch milliseconds. */
  readonly localAt: (instant: number) => number;
  readonly dayAt: DayAt;
  /**
   * The instant at which something begins that starts at this local time. If the clocks show it twice, the earlier one.
   * If they skip it, the instant of the change.
   */
  readonly startAt: (local: number) => number;
  /** The same for what ends at this local time: if the clocks show it twice, the later one. */
  readonly endAt: (local: number) => number;
  /** How far the clocks are ahead of UTC, in milliseconds, from which instants on: the first one is `from`. */
  readonly offsetsBetween: (from: number, to: number) => readonly (readonly [from: number, ms: number])[];
}

/** Offsets that the clocks have had one after another, between two instants. */
interface Span {
  readonly from: number;
  readonly to: number;
  /** When each offset began. The first one may have begun earlier. */
  readonly begins: readonly number[];
  /** How far the clocks were ahead of UTC from then on, in milliseconds. */
  readonly offsets: readonly number[];
}

const dayMs = 24 * 60 * 60 * 1000;

/** A change of the clocks moves them by a day at most, as when Samoa crossed the date line. */
const reachMs = 2 * dayMs;

/** How much of a zone's past and future is worked out around what is asked for. */
const marginMs = 366 * dayMs;

const kept = new Map<string, ZoneClock>();

/** The most zones that are kept. There are about 600. */
const mostZones = 1_000;

/** @param timeZone an IANA time zone that this runtime knows */
export function zoneClock(timeZone: string): ZoneClock {
  const known = kept.get(timeZone);
  if (known !== undefined) return known;
  const clock = createClock(timeZone);
  if (kept.size === mostZones) kept.clear();
  kept.set(timeZone, clock);
  return clock;
}

function createClock(timeZone: string): ZoneClock {
  let span: Span = { from: 0, to: 0, begins: [], offsets: [] };

  /** A zone's rules take microseconds to ask for, so a few years are worked out at once. */
  function around(time: number): Span {
    if (time - reachMs >= span.from && time + reachMs < span.to) return span;
    const isEmpty = span.begins.length === 0;
    const from = Math.min(time - marginMs, isEmpty ? time : span.from);
    const to = Math.max(time + marginMs, isEmpty ? time : span.to);
    span = spanOf(timeZone, from, to);
    return span;
  }

  /** Between these instants, the clocks are not changed, nor soon before or after. Most questions follow one another. */
  let calm = { from: 0, to: 0, offset: 0 };

  function resolve(local: number, last: 0 | 1): number {
    const instant = local - calm.offset;
    if (instant >= calm.from && instant < calm.to) return instant;
    const known = around(local);
    calm = calmAround(known, local);
    return instantsAt(known, local)[last];
  }

  function localAt(instant: number): number {
    if (instant >= calm.from && instant < calm.to) return instant + calm.offset;
    const known = around(instant);
    calm = calmAround(known, instant);
    return instant + (known.offsets[placeOf(known.begins, instant)] as number);
  }

  return {
    localAt,
    dayAt: (instant) => Math.floor(localAt(instant) / dayMs),
    startAt: (local) => resolve(local, 0),
    endAt: (local) => resolve(local, 1),
    offsetsBetween(from, to) {
      around(from);
      const { begins, offsets } = around(to);
      const first = placeOf(begins, from);
      const later = begins.flatMap((at, place) =>
        place > first && at < to ? [[at, offsets[place] as number] as const] : [],
      );
      return [[from, offsets[first] as number], ...later];
    },
  };
}

/**
 * How far the clocks of a time zone are ahead of UTC at one instant, in milliseconds. It takes longer than to ask the zone's clock
 * near to what it was asked before, but it works nothing else out: for an instant that is far from the others.
 */
export const offsetAt = (timeZone: string, instant: number): number =>
  Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone).offsetNanoseconds / 1_000_000;

function calmAround({ begins, offsets, to }: Span, local: number) {
  const place = placeOf(begins, local);
  return {
    from: (begins[place] as number) + reachMs,
    to: (begins[place + 1] ?? to) - reachMs,
    offset: offsets[place] as number,
  };
}

function spanOf(timeZone: string, from: number, to: number): Span {
  let now: Temporal.ZonedDateTime | null = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(timeZone);
  const begins: number[] = [];
  const offsets: number[] = [];
  while (now !== null && now.epochMilliseconds < to) {
    begins.push(now.epochMilliseconds);
    offsets.push(now.offsetNanoseconds / 1_000_000);
    now = now.getTimeZoneTransition("next");
  }
  return { from, to, begins, offsets };
}

/** The last offset that had begun. */
function placeOf(begins: readonly number[], instant: number): number {
  let [low, high] = [0, begins.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((begins[middle] as number) <= instant) low = middle;
    else high = middle;
  }
  return low;
}

/** The first and the last instant at which the clocks show this. Where they skip it, the instant of the change. */
function instantsAt({ begins, offsets }: Span, local: number): readonly [first: number, last: number] {
  let first: number | undefined;
  let last = 0;
  let change = 0;
  const end = placeOf(begins, local + reachMs);
  for (let place = placeOf(begins, local - reachMs); place <= end; place += 1) {
    const instant = local - (offsets[place] as number);
    const until = begins[place + 1] ?? Number.POSITIVE_INFINITY;
    if (instant >= until) change = until;
    else if (instant >= (begins[place] as number)) {
      first ??= instant;
      last = instant;
    }
  }
  return first === undefined ? [change, change] : [first, last];
}
