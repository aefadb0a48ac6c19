import { Temporal } from "temporal-polyfill";

/** A rule of the common kinds, as the oracle understands it. */
export interface CommonRule {
  readonly frequency: "DAILY" | "WEEKLY" | "MONTHLY";
  readonly interval: number;
  readonly count?: number | undefined;
  /** The last local day. */
  readonly until?: Temporal.PlainDate | undefined;
  /** Such as `MO`, and of months `2MO` and `-1FR`. */
  readonly byDay: readonly string[];
}

export interface CommonEvent {
  readonly start: Temporal.PlainDateTime;
  readonly timeZone: string;
  readonly minutes: number;
  readonly rule: CommonRule;
  /** Days that are left out. */
  readonly without: readonly Temporal.PlainDate[];
}

const names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const monday = (date: Temporal.PlainDate) => date.subtract({ days: date.dayOfWeek - 1 });

/** Whether the rule has a day, asked of that day alone. */
function hasDay(
  date: Temporal.PlainDate,
  start: Temporal.PlainDate,
  { frequency, interval, byDay }: CommonRule,
): boolean {
  if (frequency === "DAILY" && start.until(date, { largestUnit: "days" }).days % interval !== 0) return false;
  if (
    frequency === "WEEKLY" &&
    (monday(start).until(monday(date), { largestUnit: "days" }).days / 7) % interval !== 0
  ) {
    return false;
  }
  const months = (date.year - start.year) * 12 + date.month - start.month;
  if (frequency === "MONTHLY" && months % interval !== 0) return false;
  if (byDay.length === 0) {
    if (frequency === "WEEKLY") return date.dayOfWeek === start.dayOfWeek;
    return frequency === "DAILY" || date.day === start.day;
  }
  return byDay.some((text) => isDay(date, text));
}

function isDay(date: Temporal.PlainDate, text: string): boolean {
  if (names[date.dayOfWeek - 1] !== text.slice(-2)) return false;
  const nth = Number(text.slice(0, -2));
  if (nth === 0) return true;
  // The same weekday that many weeks earlier, or later, is in the month before, or after, and one week less is not.
  const week = nth > 0 ? -7 : 7;
  const sameMonth = (weeks: number) => date.add({ days: week * weeks }).month === date.month;
  return !sameMonth(Math.abs(nth)) && sameMonth(Math.abs(nth) - 1);
}

/** When the event takes time, in epoch milliseconds, day by day from its start, those that overlap or meet put together. */
export function busyDayByDay(event: CommonEvent, until: Temporal.Instant): readonly (readonly [number, number])[] {
  const { start, timeZone, minutes, rule, without } = event;
  const busy: [number, number][] = [];
  let counted = 0;
  for (let day = start.toPlainDate(); ; day = day.add({ days: 1 })) {
    const isFirst = day.equals(start.toPlainDate());
    if (!isFirst && (counted === rule.count || isAfter(day, rule.until))) break;
    if (!isFirst && !hasDay(day, start.toPlainDate(), rule)) continue;
    counted += 1;
    const begins = day.toPlainDateTime(start.toPlainTime()).toZonedDateTime(timeZone, { disambiguation: "compatible" });
    if (Temporal.Instant.compare(begins.toInstant(), until) >= 0) break;
    if (without.some((one) => one.equals(day))) continue;
    busy.push([begins.epochMilliseconds, begins.add({ minutes }).epochMilliseconds]);
  }
  return joined(busy);
}

const isAfter = (day: Temporal.PlainDate, last: Temporal.PlainDate | undefined) =>
  last !== undefined && Temporal.PlainDate.compare(day, last) > 0;

function joined(times: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  const all: [number, number][] = [];
  for (const [from, to] of [...times].sort((a, b) => a[0] - b[0])) {
    const last = all.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else all.push([from, to]);
  }
  return all;
}
