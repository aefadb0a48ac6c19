import { type Day, dayMs, weekdayOf } from "../model/local-date.ts";
import { dayNumber, firstOfWeek, fits } from "./days.ts";
import { type Frequency, frequencies, type Rule } from "./rule.ts";
import type { Spend } from "./steps.ts";

/** The periods of a rule: each of them has a set of times, of which BYSETPOS chooses. */
export interface Periods {
  /** The number of a period that begins no later than this local time. The first one is 0, and has the start of the event. */
  readonly numberAt: (local: number) => number;
  readonly startOf: (number: number) => number;
  /** The local times of a period, in order. */
  readonly timesOf: (number: number) => readonly number[];
}

const [secondMs, minuteMs, hourMs] = [1000, 60_000, 3_600_000];

const elapsing: Readonly<Partial<Record<Frequency, number>>> = {
  SECONDLY: secondMs,
  MINUTELY: minuteMs,
  HOURLY: hourMs,
  DAILY: dayMs,
  WEEKLY: 7 * dayMs,
};

/** @param start when the event begins first, by its clocks. What the rule does not say is as it is there. */
export function periodsOf(given: Rule, start: number, spend: Spend): Periods {
  const rule = completed(given, start);
  const unit = elapsing[rule.frequency];
  return unit === undefined ? byMonths(rule, start, spend) : byUnit(rule, unit, start, spend);
}

/** What is finer than the frequency, and not said, is as at the start. */
function completed(rule: Rule, start: number): Rule {
  const { frequency, weeks, yearDays, monthDays, weekdays } = rule;
  const date = new Date(start);
  const time = {
    hours: rule.hours ?? (isAbove(frequency, "HOURLY") ? [date.getUTCHours()] : undefined),
    minutes: rule.minutes ?? (isAbove(frequency, "MINUTELY") ? [date.getUTCMinutes()] : undefined),
    seconds: rule.seconds ?? (isAbove(frequency, "SECONDLY") ? [date.getUTCSeconds()] : undefined),
  };
  const saysDay = yearDays !== undefined || monthDays !== undefined || weekdays !== undefined;
  if (saysDay || !isAbove(frequency, "DAILY")) return { ...rule, ...time };
  if (frequency === "WEEKLY" || weeks !== undefined) {
    return { ...rule, ...time, weekdays: [{ nth: 0, weekday: weekdayOf(Math.floor(start / dayMs)) }] };
  }
  const months = rule.months ?? (frequency === "YEARLY" ? [date.getUTCMonth() + 1] : undefined);
  return { ...rule, ...time, months, monthDays: [date.getUTCDate()] };
}

const isAbove = (frequency: Frequency, other: Frequency): boolean =>
  frequencies.indexOf(frequency) > frequencies.indexOf(other);

function byUnit(rule: Rule, unit: number, start: number, spend: Spend): Periods {
  const first =
    rule.frequency === "WEEKLY"
      ? firstOfWeek(Math.floor(start / dayMs), rule.weekStart) * dayMs
      : Math.floor(start / unit) * unit;
  const step = rule.interval * unit;
  const startOf = (number: number) => first + number * step;
  const timesAt = unit < dayMs ? timesWithinDay(rule, spend) : (at: number) => timesOn(rule, daysFrom(at, unit), spend);
  return {
    numberAt: (local) => Math.max(0, Math.floor((local - first) / step)),
    startOf,
    timesOf: (number) => timesAt(startOf(number)),
  };
}

function byMonths(rule: Rule, start: number, spend: Spend): Periods {
  const date = new Date(start);
  const isYearly = rule.frequency === "YEARLY";
  const monthOf = (one: Date) => one.getUTCFullYear() * 12 + (isYearly ? 0 : one.getUTCMonth());
  const step = rule.interval * (isYearly ? 12 : 1);
  const first = monthOf(date);
  const startOfMonth = (month: number) => dayNumber(Math.floor(month / 12), (month % 12) + 1, 1);
  return {
    numberAt: (local) => Math.max(0, Math.floor((monthOf(new Date(local)) - first) / step)),
    startOf: (number) => startOfMonth(first + number * step) * dayMs,
    timesOf(number) {
      const month = first + number * step;
      const months = isYearly ? (rule.months ?? allMonths).map((one) => month + one - 1) : [month];
      return timesOn(
        rule,
        months.flatMap((one) => daysBetween(startOfMonth(one), startOfMonth(one + 1))),
        spend,
      );
    },
  };
}

const daysFrom = (at: number, ms: number): readonly Day[] => daysBetween(at / dayMs, (at + ms) / dayMs);

const allMonths = Array.from({ length: 12 }, (_, place) => place + 1);

const daysBetween = (from: Day, to: Day): readonly Day[] =>
  Array.from({ length: to - from }, (_, place) => from + place);

/** The times of the days that the rule has. */
function timesOn(rule: Rule, days: readonly Day[], spend: Spend): readonly number[] {
  spend(days.length);
  const kept = days.filter((day) => fits(rule, day)).map((day) => day * dayMs);
  return expanded(rule, kept, [rule.hours, rule.minutes, rule.seconds], spend);
}

/** The times of each hour, minute or second. */
function timesWithinDay(rule: Rule, spend: Spend) {
  const said = frequencies.indexOf("DAILY") - frequencies.indexOf(rule.frequency);
  const lists = [rule.hours, rule.minutes, rule.seconds];
  const filters = lists.slice(0, said);
  const finer = lists.map((list, part) => (part < said ? undefined : list));
  const isOn = onSameDay((day) => fits(rule, day));
  return (at: number): readonly number[] => {
    spend(1);
    const isLeftOut = filters.some((list, part) => list?.includes(placeIn(at, part)) === false);
    if (isLeftOut || !isOn(Math.floor(at / dayMs))) return [];
    return said === lists.length ? chosen(rule, [at]) : expanded(rule, [at], finer, spend);
  };
}

/** Which hour of its day, minute of its hour or second of its minute it is. */
const placeIn = (at: number, part: number): number => {
  const [ms = 1, whole = 1] = [partMs[part], part === 0 ? dayMs : partMs[part - 1]];
  return Math.floor((((at % whole) + whole) % whole) / ms);
};

/** Asks once for as long as it is the same day. */
function onSameDay(isOn: (day: Day) => boolean): (day: Day) => boolean {
  let last: { readonly day: Day; readonly isOn: boolean } | undefined;
  return (day) => {
    if (last?.day !== day) last = { day, isOn: isOn(day) };
    return last.isOn;
  };
}

const partMs = [hourMs, minuteMs, secondMs];

/** Each of these times at all these hours, minutes and seconds, as far as they are given. */
function expanded(
  rule: Rule,
  times: readonly number[],
  lists: readonly (readonly number[] | undefined)[],
  spend: Spend,
): readonly number[] {
  spend(lists.reduce((count, list) => count * (list?.length ?? 1), times.length));
  const all = lists.reduce<readonly number[]>((so, list, part) => {
    if (list === undefined) return so;
    const later = list.map((place) => place * (partMs[part] as number));
    return later.length === 1
      ? so.map((at) => at + (later[0] as number))
      : so.flatMap((at) => later.map((ms) => at + ms));
  }, times);
  return chosen(rule, all);
}

function chosen({ positions }: Rule, times: readonly number[]): readonly number[] {
  const sorted = times.length < 2 ? times : [...new Set(times)].sort((a, b) => a - b);
  if (positions === undefined) return sorted;
  return sorted.filter((_, place) => positions.includes(place + 1) || positions.includes(place - sorted.length));
}
