import type { Property } from "./property.ts";
import { refuseIn, type Where } from "./refuse-in.ts";
import { localTimeIn } from "./times.ts";

export const frequencies = ["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"] as const;
export type Frequency = (typeof frequencies)[number];

/** A weekday, and the how-manieth of its month or year it is: from the end if negative, and any if 0. */
export interface NthWeekday {
  readonly nth: number;
  /** From Monday, 0, to Sunday, 6. */
  readonly weekday: number;
}

/** A rule of recurrence, as RFC 5545 has it. An absent list is undefined. */
export interface Rule {
  readonly frequency: Frequency;
  readonly interval: number;
  readonly count: number | undefined;
  readonly until: Until | undefined;
  /** The weekday with which a week begins. */
  readonly weekStart: number;
  readonly months: readonly number[] | undefined;
  readonly weeks: readonly number[] | undefined;
  readonly yearDays: readonly number[] | undefined;
  readonly monthDays: readonly number[] | undefined;
  readonly weekdays: readonly NthWeekday[] | undefined;
  readonly hours: readonly number[] | undefined;
  readonly minutes: readonly number[] | undefined;
  readonly seconds: readonly number[] | undefined;
  readonly positions: readonly number[] | undefined;
}

/** The last instant, or the last time or day by the clocks of the event. */
export type Until = ReturnType<typeof localTimeIn>;

type Parts = Readonly<Record<string, unknown>>;

const listParts = [
  ...["bymonth", "byweekno", "byyearday", "bymonthday", "byday"],
  ...["byhour", "byminute", "bysecond", "bysetpos"],
];
const partNames = new Set(["freq", "interval", "count", "until", "wkst", ...listParts]);

/** What ical.js calls Sunday is 1. */
const weekdayOfWkst = (wkst: unknown): number => (typeof wkst === "number" ? (wkst + 5) % 7 : 0);

/** Longer ones reach beyond all calendars. */
const longestInterval = 1_000_000_000;

/** @throws BookingError `invalid_input` */
export function ruleIn({ where, values: [value] }: Property): Rule {
  const parts = value as Parts;
  requireSound(parts, where);
  const numbers = (name: string) => listOf(parts[name]) as readonly number[] | undefined;
  return {
    frequency: parts.freq as Frequency,
    interval: Math.min(Number(parts.interval ?? 1), longestInterval),
    count: parts.count as number | undefined,
    until: parts.until === undefined ? undefined : localTimeIn(parts.until, where),
    weekStart: weekdayOfWkst(parts.wkst),
    months: numbers("bymonth"),
    weeks: numbers("byweekno"),
    yearDays: numbers("byyearday"),
    monthDays: numbers("bymonthday"),
    weekdays: listOf(parts.byday)?.map((text) => nthWeekday(String(text))),
    hours: numbers("byhour"),
    minutes: numbers("byminute"),
    seconds: numbers("bysecond"),
    positions: numbers("bysetpos"),
  };
}

const listOf = (value: unknown): readonly unknown[] | undefined =>
  value === undefined ? undefined : Array.isArray(value) ? value : [value];

const dayNames = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

const nthWeekday = (text: string): NthWeekday => ({
  nth: Number.parseInt(text, 10) || 0,
  weekday: dayNames.indexOf(text.slice(-2)),
});

/** What RFC 5545 forbids is refused: what it is meant to say is anybody's guess, and time would be sold by it. */
function requireSound(parts: Parts, where: Where): void {
  const refuse = (message: string) => refuseIn(where, { code: "invalid" }, message);
  const unknown = Object.keys(parts).find((name) => !partNames.has(name) && !name.startsWith("x-"));
  if (unknown !== undefined) refuse(`has a part that is not known: ${unknown.slice(0, 40).toUpperCase()}`);
  const { freq, count, bysetpos } = parts;
  if (freq === undefined) refuse("must have a FREQ");
  if (count !== undefined && !((count as number) >= 1)) refuse("must have a COUNT of 1 or more");
  const misplaced = forbidden.find(({ name, isForbidden }) => parts[name] !== undefined && isForbidden(parts));
  if (misplaced !== undefined) refuse(`must not have ${misplaced.name.toUpperCase()} with FREQ=${freq}`);
  if (bysetpos !== undefined && !listParts.some((name) => name !== "bysetpos" && parts[name] !== undefined)) {
    refuse("must have another part that BYSETPOS chooses from");
  }
  const zero = listParts.find((name) => /^by(?!hour|minute|second)/.test(name) && listOf(parts[name])?.includes(0));
  if (zero !== undefined) refuse(`must not have 0 in ${zero.toUpperCase()}`);
}

const isOneOf =
  (...names: readonly Frequency[]) =>
  ({ freq }: Parts) =>
    names.includes(freq as Frequency);

const forbidden: readonly { readonly name: string; readonly isForbidden: (parts: Parts) => boolean }[] = [
  { name: "byweekno", isForbidden: ({ freq }) => freq !== "YEARLY" },
  { name: "byyearday", isForbidden: isOneOf("DAILY", "WEEKLY", "MONTHLY") },
  { name: "bymonthday", isForbidden: isOneOf("WEEKLY") },
  {
    name: "byday",
    isForbidden: (parts) => listOf(parts.byday)?.some((one) => /\d/.test(String(one))) === true && !takesNth(parts),
  },
];

const takesNth = ({ freq, byweekno }: Parts): boolean =>
  freq === "MONTHLY" || (freq === "YEARLY" && byweekno === undefined);
