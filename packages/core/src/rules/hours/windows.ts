import type { ParsedHours, ParsedWindow } from "../../model/hours.ts";
import { type Day, dayOf, weekdayOf, weekdays } from "../../model/local-date.ts";

export type Offered = ParsedHours["offer"];

/** A window of one day: minutes since midnight of that day, beyond which it may go on. */
export interface DayWindow extends Pick<ParsedWindow, "from" | "to"> {
  readonly offer: Offered;
  /** Where two windows meet, what an exception says counts, and then what begins earlier. */
  readonly isException: boolean;
  /** The next date that has other hours of its own, if the window could reach it. It takes nothing of theirs: it ends before that begins. */
  readonly nextOther: Day | undefined;
}

interface Exception extends Omit<ParsedHours["exceptions"][number], "first" | "last"> {
  readonly first: Day;
  readonly last: Day;
}

interface Weekly extends ParsedWindow {
  readonly on: readonly boolean[];
  readonly validFrom: Day;
  readonly validUntil: Day;
}

/**
 * The windows that begin on a day, as they remain after the exceptions of that day.
 * @param from the first day that is asked about @param to the last one
 */
export function windowsOf(hours: ParsedHours, from: Day, to: Day): (day: Day) => readonly DayWindow[] {
  const exceptionsAt = exceptionsWithin(hours, from, to);
  const weekly: readonly Weekly[] = hours.weekly.map((one) => ({
    ...one,
    on: weekdays.map((day) => one.days.includes(day)),
    validFrom: one.validFrom === undefined ? Number.NEGATIVE_INFINITY : dayOf(one.validFrom),
    validUntil: one.validUntil === undefined ? Number.POSITIVE_INFINITY : dayOf(one.validUntil),
  }));

  const ruling = (day: Day) =>
    exceptionsAt(day).findLast(({ first, last, extra }) => !extra && first <= day && day <= last);

  /** An exception of several dates does not cut its own nights. */
  const nextOther = (day: Day, own?: Exception) =>
    reached(day).find((next) => {
      const exception = ruling(next);
      return exception !== undefined && exception !== own;
    });

  return (day) => {
    const windows: DayWindow[] = [];
    const add = (all: readonly ParsedWindow[], isException: boolean, own?: Exception) => {
      const next = all.length === 0 ? undefined : nextOther(day, own);
      for (const { from, to, offer = hours.offer } of all) {
        windows.push({ from, to, offer, isException, nextOther: next });
      }
    };
    const exceptions = exceptionsAt(day);
    const exception = exceptions.length === 0 ? undefined : ruling(day);
    if (exception !== undefined) add(exception.hours, true, exception);
    for (const { first, last, extra, hours: more } of exceptions) {
      if (extra && first <= day && day <= last) add(more, true);
    }
    if (exception !== undefined) return windows;
    const weekday = weekdayOf(day);
    const isOn = (one: Weekly) => one.on[weekday] === true && one.validFrom <= day && day <= one.validUntil;
    add(weekly.filter(isOn), false);
    return windows;
  };
}

/** The dates that a window of this day may reach: it lasts to the end of the next one, and that may come twice. */
const reached = (day: Day): readonly Day[] => [day + 1, day + 2];

/** Days that are looked up together. */
const lookedUp = 32;

const partOf = (day: Day) => Math.floor(day / lookedUp);

/** The exceptions among which those of a day are, in their order: years of them are not looked through for each day. */
function exceptionsWithin({ exceptions }: ParsedHours, from: Day, to: Day): (day: Day) => readonly Exception[] {
  const parts = new Map<number, Exception[]>();
  for (const one of exceptions) {
    const exception = { ...one, first: dayOf(one.first), last: dayOf(one.last) };
    const end = partOf(Math.min(exception.last, to + 2));
    for (let part = partOf(Math.max(exception.first, from)); part <= end; part += 1) {
      const known = parts.get(part);
      if (known === undefined) parts.set(part, [exception]);
      else known.push(exception);
    }
  }
  return (day) => parts.get(partOf(day)) ?? none;
}

const none: readonly Exception[] = [];
