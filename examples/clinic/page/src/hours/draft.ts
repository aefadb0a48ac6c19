import type { Hours, HoursException, HoursOffer, HoursWindow, WeeklyHours } from "@slotwright/core";

/** A time of day as somebody types it: `to` may be that of the next day. */
export interface DraftTimes {
  readonly from: string;
  readonly to: string;
  readonly endsNextDay: boolean;
}

export interface DraftWindow extends DraftTimes {
  /** Tells it from others while it is edited. */
  readonly key: number;
  readonly days: readonly Weekday[];
  /** How long each appointment is. Empty: as long as most of them. */
  readonly minutes: string;
  /** What is not edited here, such as from when on it holds, stays as it was. */
  readonly given: WeeklyHours | undefined;
}

export interface DraftException extends DraftTimes {
  readonly key: number;
  readonly first: string;
  readonly last: string;
  readonly kind: ExceptionKind;
  /** What is not edited here, such as its other windows, stays as it was. */
  readonly given: HoursException | undefined;
}

export type ExceptionKind = "closed" | "instead" | "extra";

/** Hours as they are edited. */
export interface Draft {
  /** How the hours are offered. Undefined: as slots that are published. */
  readonly openings: Hours["openings"];
  /** How long an appointment is, if its window does not say. */
  readonly minutes: string;
  /** The rest of what is on offer, which is not edited here. */
  readonly given: HoursOffer | undefined;
  readonly windows: readonly DraftWindow[];
  readonly exceptions: readonly DraftException[];
}

export type Weekday = WeeklyHours["days"][number];

export const weekdays: readonly Weekday[] = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
];

const dayMinutes = 24 * 60;
let keys = 0;

export const newWindow = (): DraftWindow => ({
  key: ++keys,
  days: ["monday"],
  from: "09:00",
  to: "12:00",
  endsNextDay: false,
  minutes: "",
  given: undefined,
});

export const newException = (date: string): DraftException => ({
  key: ++keys,
  first: date,
  last: date,
  kind: "closed",
  from: "09:00",
  to: "12:00",
  endsNextDay: false,
  given: undefined,
});

export const noHours: Draft = { openings: undefined, minutes: "30", given: undefined, windows: [], exceptions: [] };

/** What is stored, as somebody edits it. */
export function draftOf({ openings, offer, weekly, exceptions = [] }: Hours): Draft {
  return {
    openings,
    minutes: String(offer.minutes),
    given: offer,
    windows: weekly.map((window) => ({
      ...timesOf(window),
      key: ++keys,
      days: window.days,
      minutes: window.offer === undefined ? "" : String(window.offer.minutes),
      given: window,
    })),
    exceptions: exceptions.map((given) => ({
      ...timesOf(given.hours[0] ?? { from: 9 * 60, to: 12 * 60 }),
      ...{ first: given.first, last: given.last, given, key: ++keys },
      kind: kindOf(given),
    })),
  };
}

/** What is stored of it. The engine says what is wrong with it. */
export function hoursOf({ openings, minutes, given, windows, exceptions }: Draft): Hours {
  return {
    ...(openings !== undefined && { openings }),
    offer: offerOf(minutes, given),
    weekly: windows.map(weeklyOf),
    exceptions: exceptions.map(exceptionOf),
  };
}

function weeklyOf({ days, minutes, given, ...times }: DraftWindow): WeeklyHours {
  const { offer, ...rest } = given ?? {};
  const chosen = { ...rest, days: weekdays.filter((day) => days.includes(day)), ...windowOf(times, given) };
  return minutes === "" ? chosen : { ...chosen, offer: offerOf(minutes, offer) };
}

/** A length that was not touched keeps the step that it had. */
function offerOf(minutes: string, offer: HoursOffer | undefined): HoursOffer {
  if (offer?.minutes === Number(minutes)) return offer;
  return { minutes: Number(minutes), ...(offer?.capacity !== undefined && { capacity: offer.capacity }) };
}

function exceptionOf({ first, last, kind, given, ...times }: DraftException): HoursException {
  const [window, ...others] = given?.hours ?? [];
  if (kind === "closed")
    return given !== undefined && window === undefined ? { ...given, first, last } : { first, last, hours: [] };
  const hours = [{ ...window, ...windowOf(times, window) }, ...others];
  return { first, last, hours, ...(kind === "extra" && { extra: true }) };
}

function kindOf({ hours, extra = false }: HoursException): ExceptionKind {
  if (hours.length === 0) return "closed";
  return extra ? "extra" : "instead";
}

function timesOf({ from, to }: HoursWindow): DraftTimes {
  const [begins, ends] = [Number(from), Number(to)];
  return { from: textOf(begins), to: textOf(ends % dayMinutes), endsNextDay: ends >= dayMinutes };
}

/** Times that were not touched stay as they were: midnight may be that of either day. */
function windowOf({ from, to, endsNextDay }: DraftTimes, given?: HoursWindow): Pick<HoursWindow, "from" | "to"> {
  if (given !== undefined) {
    const before = timesOf(given);
    const isSame = before.from === from && before.to === to && before.endsNextDay === endsNextDay;
    if (isSame) return { from: given.from, to: given.to };
  }
  return { from: minuteOf(from), to: minuteOf(to) + (endsNextDay ? dayMinutes : 0) };
}

const textOf = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

function minuteOf(text: string): number {
  const [hours, minutes] = text.split(":").map(Number);
  return (hours ?? Number.NaN) * 60 + (minutes ?? Number.NaN);
}
