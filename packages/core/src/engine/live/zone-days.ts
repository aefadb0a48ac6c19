import { offsetsOf } from "../../model/local-day.ts";

const dayMs = 24 * 60 * 60 * 1000;

/** Which day it is at an instant in a time zone, as days since 1970-01-01. */
export type DayOf = (time: number) => number;

/**
 * Days in a zone from one instant to another. `Intl` takes microseconds for each answer, so the offsets of the whole
 * range are worked out once: few, each from a change of the clocks to the next.
 */
export function zoneDays(timeZone: string, from: number, to: number): DayOf {
  const offsetAt = offsetsOf(timeZone);
  const begins: number[] = [from];
  const offsets: number[] = [offsetAt(from)];
  for (let time = from; time < to; ) {
    const next = Math.min(time + dayMs, to);
    const [before, after] = [offsets.at(-1) as number, offsetAt(next)];
    if (before !== after) {
      begins.push(changeWithin(offsetAt, time, next));
      offsets.push(after);
    }
    time = next;
  }
  let last = 0;
  return (time) => {
    // Most instants that are asked about are close to the one before.
    while (last > 0 && time < (begins[last] as number)) last -= 1;
    while (last < begins.length - 1 && time >= (begins[last + 1] as number)) last += 1;
    return Math.floor((time + (offsets[last] as number)) / dayMs);
  };
}

/** The first instant with the later offset. */
function changeWithin(offsetAt: (time: number) => number, from: number, to: number): number {
  const later = offsetAt(to);
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle) === later) high = middle;
    else low = middle;
  }
  return high;
}

/** Days beyond the range that is held, because zones are apart. */
const aroundMs = 2 * dayMs;

/** Remembers the days of zones, and the zones of places. */
export function createZones() {
  const known = new Map<string, DayOf>();
  let ofPlaces: { readonly table: object; readonly days: DayOf[] } | undefined;
  let [knownFrom, knownTo] = [0, 0];

  function daysIn(timeZone: string): DayOf {
    const days = known.get(timeZone) ?? zoneDays(timeZone, knownFrom - aroundMs, knownTo + aroundMs);
    if (known.size === mostZones) known.clear();
    known.set(timeZone, days);
    return days;
  }

  return {
    /** The days of each place, in this zone or else in the zone of the place. */
    daysOf(
      table: object,
      timeZone: string | undefined,
      zoneOf: (place: number) => string,
      [from, to]: readonly [from: number, to: number],
    ): (place: number) => DayOf {
      if (from < knownFrom || to > knownTo) {
        // A window that moves is asked about for a day before it is worked out again.
        [knownFrom, knownTo] = [from, to + dayMs];
        known.clear();
        ofPlaces = undefined;
      }
      if (timeZone !== undefined) {
        const days = daysIn(timeZone);
        return () => days;
      }
      if (ofPlaces?.table !== table) ofPlaces = { table, days: [] };
      const { days } = ofPlaces;
      return (place) => {
        days[place] ??= daysIn(zoneOf(place));
        return days[place];
      };
    },
  };
}

/** The most zones whose days are kept. There are about 600. */
const mostZones = 1_000;
