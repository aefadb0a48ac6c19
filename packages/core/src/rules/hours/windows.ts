import type { ParsedHours, ParsedWindow } from "../../model/hours.ts";
import { type Day, dayOf, weekdayOf, weekdays } from "../../model/local-date.ts";

export type Offered = ParsedHours["offer"];

/** A window of one day: minutes since midnight of that day, beyond which it may go on. */
export interface DayWindow extends Pick<ParsedWindow, "from" | "to"> {
  readonly offer: Offered;
  /** Where two windows meet, what an exception says counts, and then what begins earlier. */
  readonly isException: boolean;
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

/** The windows that begin on a day, as they remain after the exceptions of that day. */
export interface DayWindows {
  readonly windows: readonly DayWindow[];
  /** The next date that has hours of its own, if they could reach it. It takes nothing of theirs: they end before it begins. */
  readonly nextOwn: Day | undefined;
}

/** @param from the first day that is asked about @param to the last one */
export function windowsOf(hours: ParsedHours, from: Day, to: Day): (day: Day) => DayWindows {
  const exceptionsAt = exceptionsWithin(hours, from, to);
  const weekly: readonly Weekly[] = hours.weekly.map((one) => ({
    ...one,
    on: weekdays.map((day) => one.days.includes(day)),
    validFrom: one.validFrom === undefined ? Number.NEGATIVE_INFINITY : dayOf(one.validFrom),
    validUntil: one.validUntil === undefined ? Number.POSITIVE_INFINITY : dayOf(one.validUntil),
  }));

  const ruling = (day: Day) =>
    exceptionsAt(day).findLast(({ first, last, extra }) => !extra && first <= day && day <= last);

  function allOn(day: Day): readonly DayWindow[] {
    const windows: DayWindow[] = [];
    const add = ({ from, to, offer = hours.offer }: ParsedWindow, isException: boolean) =>
      windows.push({ from, to, offer, isException });
    const exceptions = exceptionsAt(day);
    const exception = exceptions.length === 0 ? undefined : ruling(day);
    for (const one of exception?.hours ?? []) add(one, true);
    for (const { first, last, extra, hours: more } of exceptions) {
      if (extra && first <= day && day <= last) for (const one of more) add(one, true);
    }
    if (exception !== undefined) return windows;
    const weekday = weekdayOf(day);
    for (const one of weekly) {
      if (one.on[weekday] === true && one.validFrom <= day && day <= one.validUntil) add(one, false);
    }
    return windows;
  }

  const hasOwn = (day: Day) => ruling(day) !== undefined;
  return (day) => {
    const windows = allOn(day);
    return { windows, nextOwn: windows.length === 0 ? undefined : reached(day).find(hasOwn) };
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
