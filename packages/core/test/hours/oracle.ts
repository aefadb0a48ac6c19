import { Temporal } from "temporal-polyfill";
import type { ParsedHours, ParsedWindow } from "../../src/model/hours.ts";

/** What hours offer, worked out the slow way: by a calendar library, without a clock, a group or a margin of our own. */

interface Window {
  readonly start: Temporal.Instant;
  readonly end: Temporal.Instant;
  readonly offer: ParsedHours["offer"];
  readonly rank: readonly [isWeekly: number, start: number, order: number];
}

type Exception = ParsedHours["exceptions"][number];

const names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

/** @param minutes how long the openings are to last. Default: as long as each offer says. */
export function slowOpenings(
  hours: ParsedHours,
  timeZone: string,
  from: number,
  to: number,
  minutes?: number,
): readonly string[] {
  const [first, last] = [from, to].map((at) =>
    Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate(),
  ) as [Temporal.PlainDate, Temporal.PlainDate];
  const windows: Window[] = [];
  for (let date = first.subtract({ days: 8 }); Temporal.PlainDate.compare(date, last.add({ days: 8 })) <= 0; ) {
    windows.push(...windowsOn(hours, date, timeZone, windows.length));
    date = date.add({ days: 1 });
  }
  return windows
    .flatMap((window) => cut(window, windows, minutes))
    .filter(({ start }) => start.epochMilliseconds >= from && start.epochMilliseconds < to)
    .sort((a, b) => Temporal.Instant.compare(a.start, b.start) || Temporal.Instant.compare(a.end, b.end))
    .map(({ start, end, capacity }) => `${start} ${end} ${capacity}`);
}

function exceptionOn({ exceptions }: ParsedHours, date: Temporal.PlainDate) {
  const covering = exceptions.filter(({ first, last }) => first <= date.toString() && date.toString() <= last);
  return { instead: covering.filter(({ extra }) => !extra).at(-1), extra: covering.filter(({ extra }) => extra) };
}

function windowsOn(hours: ParsedHours, date: Temporal.PlainDate, timeZone: string, made: number): readonly Window[] {
  const { instead, extra } = exceptionOn(hours, date);
  const ofWeek = hours.weekly.filter(
    ({ days, validFrom, validUntil }) =>
      days.includes(names[date.dayOfWeek - 1] as (typeof names)[number]) &&
      (validFrom === undefined || validFrom <= date.toString()) &&
      (validUntil === undefined || date.toString() <= validUntil),
  );
  const own: readonly (readonly [ParsedWindow, number, (Exception | undefined)?])[] = [
    ...(instead?.hours ?? []).map((one) => [one, 0, instead] as const),
    ...extra.flatMap((one) => one.hours).map((one) => [one, 0] as const),
    ...(instead === undefined ? ofWeek : []).map((one) => [one, 1] as const),
  ];
  return own.map(([{ from, to, offer = hours.offer }, isWeekly, of], index) => {
    const start = instantOf(date, from, timeZone, "earlier");
    const window = { start, end: instantOf(date, to, timeZone, "later"), of };
    const end = beforeOthers(hours, date, window, timeZone);
    return { start, end, offer, rank: [isWeekly, start.epochMilliseconds, made + index] };
  });
}

/** Where a window ends that has nothing of the later dates of other exceptions than its own: the clocks are read all along it. */
function beforeOthers(
  hours: ParsedHours,
  date: Temporal.PlainDate,
  { start, end, of }: Pick<Window, "start" | "end"> & { readonly of: Exception | undefined },
  timeZone: string,
): Temporal.Instant {
  for (let at = start.toZonedDateTimeISO(timeZone); Temporal.Instant.compare(at.toInstant(), end) < 0; ) {
    const now = at.toPlainDate();
    const isLater = Temporal.PlainDate.compare(now, date) > 0;
    const { instead } = exceptionOn(hours, now);
    if (isLater && instead !== undefined && instead !== of) return at.toInstant();
    const [next] = [now.add({ days: 1 }).toZonedDateTime(timeZone), at.getTimeZoneTransition("next")]
      .filter((one) => one !== null)
      .filter((one) => Temporal.ZonedDateTime.compare(one, at) > 0)
      .sort(Temporal.ZonedDateTime.compare);
    at = next as Temporal.ZonedDateTime;
  }
  return end;
}

function instantOf(date: Temporal.PlainDate, minute: number, timeZone: string, disambiguation: "earlier" | "later") {
  const local = date.toPlainDateTime().add({ minutes: minute });
  const there = local.toZonedDateTime(timeZone, { disambiguation });
  if (there.toPlainDateTime().equals(local)) return there.toInstant();
  // The clocks skip it.
  const before = local.toZonedDateTime(timeZone, { disambiguation: "earlier" });
  return (before.getTimeZoneTransition("next") as Temporal.ZonedDateTime).toInstant();
}

/** The lengths that an offer has in a window: its own, and then one step more each time. */
function lengthsIn({ start, end, offer }: Window): readonly number[] {
  const lengths: number[] = [];
  for (let length = offer.minutes; Temporal.Instant.compare(start.add({ minutes: length }), end) <= 0; ) {
    lengths.push(length);
    length += offer.step;
  }
  return lengths;
}

function cut(window: Window, windows: readonly Window[], length = window.offer.minutes) {
  const { step, capacity } = window.offer;
  if (!lengthsIn(window).includes(length)) return [];
  const openings: { start: Temporal.Instant; end: Temporal.Instant; capacity: number }[] = [];
  for (let start = window.start; ; start = start.add({ minutes: step })) {
    const end = start.add({ minutes: length });
    if (Temporal.Instant.compare(end, window.end) > 0) return openings;
    const isTaken = windows.some(
      (other) =>
        ranksBefore(other.rank, window.rank) &&
        Temporal.Instant.compare(other.start, end) < 0 &&
        Temporal.Instant.compare(start, other.end) < 0,
    );
    if (!isTaken) openings.push({ start, end, capacity });
  }
}

function ranksBefore(one: Window["rank"], other: Window["rank"]): boolean {
  const place = one.findIndex((part, index) => part !== other[index]);
  return place !== -1 && (one[place] as number) < (other[place] as number);
}
