const dayMs = 24 * 60 * 60 * 1000;

/** How far the clocks of a zone are ahead of UTC at an instant, in milliseconds. */
export type OffsetAt = (time: number) => number;

export function offsetsOf(timeZone: string): OffsetAt {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return (time) => {
    const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 0, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(time / 1000) * 1000;
  };
}

/** Formats are costly to make, and slow to ask. There are about 600 zones. */
const mostZones = 1_000;
/** Some thirty years. */
const mostDays = 10_000;
const known = new Map<string, OffsetAt>();

function offsetsIn(timeZone: string): OffsetAt {
  const offsets = known.get(timeZone) ?? rememberedByDay(offsetsOf(timeZone));
  if (known.size === mostZones) known.clear();
  known.set(timeZone, offsets);
  return offsets;
}

/** Remembers the days of UTC on which the clocks of the zone do not change. They never change twice on one. */
function rememberedByDay(offsetAt: OffsetAt): OffsetAt {
  const ofDay = new Map<number, number | undefined>();
  return (time) => {
    const day = Math.floor(time / dayMs);
    if (!ofDay.has(day)) {
      if (ofDay.size === mostDays) ofDay.clear();
      const [first, last] = [offsetAt(day * dayMs), offsetAt((day + 1) * dayMs)];
      ofDay.set(day, first === last ? first : undefined);
    }
    return ofDay.get(day) ?? offsetAt(time);
  };
}

/** Which local day it is in a zone, as days since 1970-01-01. */
export function localDay(instant: Date, timeZone: string): number {
  const time = instant.getTime();
  return Math.floor((time + offsetsIn(timeZone)(time)) / dayMs);
}

/** As `2027-03-22`. */
export function dateOfDay(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/**
 * The local date of an instant in a time zone, as `2027-03-22`: for policies that count by day.
 * @throws RangeError if the runtime does not know the zone
 */
export function localDate(instant: Date, timeZone: string): string {
  return dateOfDay(localDay(instant, timeZone));
}
