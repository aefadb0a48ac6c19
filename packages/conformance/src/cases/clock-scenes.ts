import { type Hours, type LocalDate, weekdays } from "@slotwright/core";

/** Hours of a few days on which clocks are changed, and what they offer, worked out by hand. */
export interface ClockScene {
  readonly what: string;
  readonly timeZone: string;
  /** The first and the last local date on which the window begins. */
  readonly dates: readonly [LocalDate, LocalDate];
  readonly window: readonly [from: string, to: string];
  /** A date with an exception without hours. Default: none. */
  readonly closed?: LocalDate;
  readonly minutes: number;
  /** The start of each opening. */
  readonly starts: readonly string[];
  /** How many of them begin on each local date. */
  readonly days: Readonly<Record<LocalDate, number>>;
  /** What would be on offer if the change were forgotten, or made somewhere else. */
  readonly never: readonly string[];
}

/** Cairo, at midnight from 25 to 26 April 2024: from 00:00 (+02:00) to 01:00 (+03:00), at 22:00Z. */
const cairo = { timeZone: "Africa/Cairo", dates: ["2024-04-25", "2024-04-25"], minutes: 60 } as const;
/** Beirut, at midnight from 26 to 27 October 2024: from 00:00 (+03:00) back to 23:00 (+02:00), at 21:00Z. */
const beirut = { timeZone: "Asia/Beirut", dates: ["2024-10-26", "2024-10-26"], minutes: 30 } as const;
/** Lord Howe, on 6 October 2024: from 02:00 (+10:30) to 02:30 (+11:00), at 15:30Z of the day before. */
const lordHowe = { timeZone: "Australia/Lord_Howe", dates: ["2024-10-06", "2024-10-06"] } as const;
/** Lord Howe, on 7 April 2024: from 02:00 (+11:00) back to 01:30 (+10:30), at 15:00Z of the day before. */
const lordHoweBack = { timeZone: "Australia/Lord_Howe", dates: ["2024-04-07", "2024-04-07"] } as const;
/** The Azores, on 27 October 2024: from 01:00 (+00:00) back to 00:00 (-01:00), at 01:00Z. */
const azores = { timeZone: "Atlantic/Azores", dates: ["2024-10-26", "2024-10-26"], minutes: 30 } as const;
/** Apia, which had no 30 December 2011: from 24:00 of the 29th (-10:00) to 00:00 of the 31st (+14:00), at 10:00Z. */
const apia = { timeZone: "Pacific/Apia", dates: ["2011-12-29", "2011-12-31"], minutes: 60 } as const;

export const clockScenes: readonly ClockScene[] = [
  {
    what: "midnight is skipped within a window that lasts over it",
    ...cairo,
    window: ["22:00", "26:00"],
    starts: ["2024-04-25T20:00Z", "2024-04-25T21:00Z", "2024-04-25T22:00Z"],
    days: { "2024-04-25": 2, "2024-04-26": 1 },
    never: ["2024-04-25T19:00Z", "2024-04-25T23:00Z"],
  },
  {
    what: "midnight is skipped where a window begins",
    ...cairo,
    dates: ["2024-04-26", "2024-04-26"],
    window: ["00:00", "03:00"],
    starts: ["2024-04-25T22:00Z", "2024-04-25T23:00Z"],
    days: { "2024-04-26": 2 },
    never: ["2024-04-25T21:00Z", "2024-04-26T00:00Z"],
  },
  {
    what: "the end of a window over midnight is skipped",
    ...cairo,
    window: ["22:00", "24:30"],
    starts: ["2024-04-25T20:00Z", "2024-04-25T21:00Z"],
    days: { "2024-04-25": 2 },
    never: ["2024-04-25T21:30Z", "2024-04-25T22:00Z"],
  },
  {
    what: "all of a window is skipped",
    ...cairo,
    dates: ["2024-04-26", "2024-04-26"],
    window: ["00:10", "00:50"],
    minutes: 10,
    starts: [],
    days: {},
    never: ["2024-04-25T21:10Z", "2024-04-25T22:00Z", "2024-04-25T22:10Z"],
  },
  {
    what: "the hour before midnight is shown twice within a window that lasts over it",
    ...beirut,
    window: ["22:00", "25:00"],
    minutes: 60,
    starts: ["2024-10-26T19:00Z", "2024-10-26T20:00Z", "2024-10-26T21:00Z", "2024-10-26T22:00Z"],
    days: { "2024-10-26": 3, "2024-10-27": 1 },
    never: ["2024-10-26T18:00Z", "2024-10-26T23:00Z"],
  },
  {
    what: "a window begins at a time that is shown twice",
    ...beirut,
    window: ["23:30", "24:30"],
    starts: ["2024-10-26T20:30Z", "2024-10-26T21:00Z", "2024-10-26T21:30Z", "2024-10-26T22:00Z"],
    days: { "2024-10-26": 3, "2024-10-27": 1 },
    never: ["2024-10-26T20:00Z", "2024-10-26T22:30Z"],
  },
  {
    what: "a window ends at a time that is shown twice",
    ...beirut,
    window: ["22:30", "23:30"],
    starts: ["2024-10-26T19:30Z", "2024-10-26T20:00Z", "2024-10-26T20:30Z", "2024-10-26T21:00Z"],
    days: { "2024-10-26": 4 },
    never: ["2024-10-26T19:00Z", "2024-10-26T21:30Z"],
  },
  {
    // Asuncion, at midnight from 23 to 24 March 2024: from 00:00 (-03:00) back to 23:00 (-04:00), at 03:00Z.
    what: "a window ends at the midnight from which the clocks go back",
    timeZone: "America/Asuncion",
    dates: ["2024-03-23", "2024-03-23"],
    minutes: 60,
    window: ["22:00", "24:00"],
    starts: ["2024-03-24T01:00Z", "2024-03-24T02:00Z", "2024-03-24T03:00Z"],
    days: { "2024-03-23": 3 },
    never: ["2024-03-24T00:00Z", "2024-03-24T04:00Z"],
  },
  {
    what: "midnight itself is shown twice where a window ends",
    ...azores,
    window: ["23:00", "24:00"],
    starts: ["2024-10-26T23:00Z", "2024-10-26T23:30Z", "2024-10-27T00:00Z", "2024-10-27T00:30Z"],
    days: { "2024-10-26": 2, "2024-10-27": 2 },
    never: ["2024-10-26T22:30Z", "2024-10-27T01:00Z"],
  },
  {
    what: "midnight is shown twice within a window that a closed date cuts",
    ...azores,
    window: ["23:00", "26:00"],
    closed: "2024-10-27",
    starts: ["2024-10-26T23:00Z", "2024-10-26T23:30Z"],
    days: { "2024-10-26": 2 },
    never: ["2024-10-27T00:00Z", "2024-10-27T00:30Z", "2024-10-27T01:00Z"],
  },
  {
    // Havana, on 3 November 2024: from 01:00 (-04:00) back to 00:00 (-05:00), at 05:00Z.
    what: "midnight is shown twice where a window ends, and the date is closed",
    timeZone: "America/Havana",
    dates: ["2024-11-02", "2024-11-02"],
    minutes: 60,
    window: ["22:00", "24:00"],
    closed: "2024-11-03",
    starts: ["2024-11-03T02:00Z", "2024-11-03T03:00Z"],
    days: { "2024-11-02": 2 },
    never: ["2024-11-03T04:00Z", "2024-11-03T05:00Z"],
  },
  {
    what: "half an hour is skipped within a window",
    ...lordHowe,
    window: ["01:00", "03:00"],
    minutes: 30,
    starts: ["2024-10-05T14:30Z", "2024-10-05T15:00Z", "2024-10-05T15:30Z"],
    days: { "2024-10-06": 3 },
    never: ["2024-10-05T14:00Z", "2024-10-05T16:00Z"],
  },
  {
    what: "half an hour is skipped where a window begins",
    ...lordHowe,
    window: ["02:15", "02:45"],
    minutes: 15,
    starts: ["2024-10-05T15:30Z"],
    days: { "2024-10-06": 1 },
    never: ["2024-10-05T15:15Z", "2024-10-05T15:45Z"],
  },
  {
    what: "half an hour is shown twice where a window ends",
    ...lordHoweBack,
    window: ["01:00", "01:45"],
    minutes: 15,
    starts: ["2024-04-06T14:00Z", "2024-04-06T14:15Z", "2024-04-06T14:30Z", "2024-04-06T14:45Z", "2024-04-06T15:00Z"],
    days: { "2024-04-07": 5 },
    never: ["2024-04-06T13:45Z", "2024-04-06T15:15Z"],
  },
  {
    what: "half an hour is shown twice where a window begins",
    ...lordHoweBack,
    window: ["01:45", "02:15"],
    minutes: 15,
    starts: ["2024-04-06T14:45Z", "2024-04-06T15:00Z", "2024-04-06T15:15Z", "2024-04-06T15:30Z"],
    days: { "2024-04-07": 4 },
    never: ["2024-04-06T14:30Z", "2024-04-06T15:45Z"],
  },
  {
    what: "a day is skipped between windows",
    ...apia,
    window: ["09:00", "10:00"],
    starts: ["2011-12-29T19:00Z", "2011-12-30T19:00Z"],
    days: { "2011-12-29": 1, "2011-12-31": 1 },
    never: ["2011-12-29T18:00Z", "2011-12-31T19:00Z"],
  },
  {
    // That of the 30th begins when the clocks are changed, and ends at two on the 31st.
    what: "a day is skipped on which one window over midnight ends and another one begins",
    ...apia,
    window: ["22:00", "26:00"],
    starts: [
      "2011-12-30T08:00Z",
      "2011-12-30T09:00Z",
      "2011-12-30T10:00Z",
      "2011-12-30T11:00Z",
      "2011-12-31T08:00Z",
      "2011-12-31T09:00Z",
      "2011-12-31T10:00Z",
      "2011-12-31T11:00Z",
    ],
    days: { "2011-12-29": 2, "2011-12-31": 4, "2012-01-01": 2 },
    never: ["2011-12-30T07:00Z", "2011-12-30T12:00Z", "2011-12-31T07:00Z"],
  },
];

export function hoursOf(
  { dates, window, closed, minutes }: Pick<ClockScene, "dates" | "window" | "closed" | "minutes">,
  openings: "computed" | "published",
): Hours {
  const [validFrom, validUntil] = dates;
  const [from, to] = window;
  const weekly = [{ days: weekdays, from, to, validFrom, validUntil }];
  const exceptions = closed === undefined ? [] : [{ first: closed, last: closed, hours: [] }];
  return { openings, offer: { minutes }, weekly, exceptions };
}

/** Two offices in the night from 30 to 31 March 2024, both open from 22:00 to 27:00. */
export const twoZones = {
  offices: {
    // From 00:00 (+02:00) to 01:00 (+03:00), at 22:00Z.
    beirut: "Asia/Beirut",
    // From 02:00 (+01:00) to 03:00 (+02:00), at 01:00Z, where its window ends.
    berlin: "Europe/Berlin",
  },
  window: ["22:00", "27:00"],
  dates: ["2024-03-30", "2024-03-30"],
  minutes: 60,
  found: [
    "2024-03-30T20:00Z beirut",
    "2024-03-30T21:00Z beirut",
    "2024-03-30T21:00Z berlin",
    "2024-03-30T22:00Z beirut",
    "2024-03-30T22:00Z berlin",
    "2024-03-30T23:00Z beirut",
    "2024-03-30T23:00Z berlin",
    "2024-03-31T00:00Z berlin",
  ],
  /** By the days of each office, and by those of one zone. */
  days: {
    own: { "2024-03-30": 4, "2024-03-31": 4 },
    "Europe/Berlin": { "2024-03-30": 5, "2024-03-31": 3 },
    "Asia/Tokyo": { "2024-03-31": 8 },
  },
} as const;
