import { type Day, dayMs, weekdayOf } from "../model/local-date.ts";
import type { NthWeekday, Rule } from "./rule.ts";

/** What a rule asks of a day. */
interface DayFacts {
  readonly day: Day;
  readonly month: number;
  readonly monthDay: number;
  readonly monthLength: number;
  readonly yearDay: number;
  readonly yearLength: number;
}

export const dayNumber = (year: number, month: number, monthDay: number): Day => dateUtc(year, month, monthDay) / dayMs;

/** `Date.UTC` takes the years from 0 to 99 for those of the last century. */
function dateUtc(year: number, month: number, monthDay: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, monthDay);
}

function factsOf(day: Day): DayFacts {
  const date = new Date(day * dayMs);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  const isLeap = new Date(dateUtc(year, 2, 29)).getUTCMonth() === 1;
  const monthDay = date.getUTCDate();
  return {
    day,
    month: month + 1,
    monthDay,
    monthLength: month === 1 && isLeap ? 29 : (monthLengths[month] as number),
    yearDay: day - dayNumber(year, 1, 1) + 1,
    yearLength: isLeap ? 366 : 365,
  };
}

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether a rule has this day, as far as its parts from months down to weekdays say. */
export function fits(rule: Rule, day: Day): boolean {
  const facts = factsOf(day);
  const { month, monthDay, monthLength, yearDay, yearLength } = facts;
  return (
    has(rule.months, month) &&
    (rule.weeks === undefined || fitsWeek(rule.weeks, facts, rule.weekStart)) &&
    has(rule.yearDays, yearDay, yearLength) &&
    has(rule.monthDays, monthDay, monthLength) &&
    (rule.weekdays === undefined || rule.weekdays.some((one) => fitsWeekday(one, facts, rule)))
  );
}

/** Negative numbers count from the end, of which `length` is the place. */
const has = (list: readonly number[] | undefined, place: number, length = 0): boolean =>
  list === undefined || list.includes(place) || (length > 0 && list.includes(place - length - 1));

function fitsWeekday({ nth, weekday }: NthWeekday, facts: DayFacts, rule: Rule): boolean {
  if (weekday !== weekdayOf(facts.day)) return false;
  if (nth === 0) return true;
  const isOfMonth = rule.frequency === "MONTHLY" || rule.months !== undefined;
  const place = isOfMonth ? facts.monthDay : facts.yearDay;
  const length = isOfMonth ? facts.monthLength : facts.yearLength;
  return nth > 0 ? Math.ceil(place / 7) === nth : Math.ceil((length - place + 1) / 7) === -nth;
}

/** A week belongs to the year that has four or more of its days. */
function fitsWeek(weeks: readonly number[], { day }: DayFacts, weekStart: number): boolean {
  const middle = firstOfWeek(day, weekStart) + 3;
  const year = new Date(middle * dayMs).getUTCFullYear();
  const weekOf = (one: Day) =>
    (firstOfWeek(one, weekStart) + 3 - firstOfWeek(dayNumber(year, 1, 4), weekStart) - 3) / 7 + 1;
  return has(weeks, weekOf(day), weekOf(dayNumber(year, 12, 28)));
}

export const firstOfWeek = (day: Day, weekStart: number): Day => day - ((weekdayOf(day) - weekStart + 7) % 7);
