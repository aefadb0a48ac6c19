import { busyTimesOf } from "../../src/icalendar/index.ts";

/** Calendar text of lines, which may be indented. */
export const calendarOf = (...components: readonly string[]): string =>
  `${["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", ...components.flatMap(linesOf), "END:VCALENDAR"].join("\r\n")}\r\n`;

const linesOf = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

export const eventOf = (lines: string, uid = "a@example.org"): string =>
  `BEGIN:VEVENT\nUID:${uid}\nDTSTAMP:20270101T000000Z\n${lines}\nEND:VEVENT`;

/** The clocks of Berlin, as Outlook defines them. */
export const ownZone = (further = ""): string => `BEGIN:VTIMEZONE
TZID:Own
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
${further}
END:DAYLIGHT
END:VTIMEZONE`;

export interface Window {
  readonly from: string;
  readonly until: string;
  readonly timeZone: string;
}

/** What a calendar has in a week of March in Berlin, if nothing else is said. */
export const march: Window = { from: "2027-03-22T00:00:00Z", until: "2027-04-05T00:00:00Z", timeZone: "Europe/Berlin" };

/** The busy times, as `2027-03-22T08:00Z/09:00Z`, with the day of the end if it is another one. */
export function busyIn(calendar: string, window: Window = march): readonly string[] {
  return busyTimesOf({ calendar, ...window }).map(({ start, end }) => {
    const [from, to] = [start.toISOString(), end.toISOString()].map((text) => text.replace(/:00\.000Z$/, "Z"));
    return `${from}/${to?.slice(0, 10) === from?.slice(0, 10) ? to?.slice(11) : to}`;
  });
}

/** The starts of the busy times. */
export const startsIn = (calendar: string, window: Window = march): readonly string[] =>
  busyIn(calendar, window).map((time) => time.slice(0, time.indexOf("/")));
