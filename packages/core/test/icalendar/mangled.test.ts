import fc from "fast-check";
import { expect, it } from "vitest";
import { busyTimesOf } from "../../src/icalendar/index.ts";
import { isBookingError } from "../../src/index.ts";
import { calendarOf, eventOf, march, ownZone } from "./calendars.ts";

const sound = calendarOf(
  ownZone("RDATE:20270322T020000"),
  eventOf(
    `DTSTART;TZID=Own:20270322T083000
     DTEND;TZID="Own":20270322T091500
     RRULE:FREQ=MONTHLY;COUNT=50;INTERVAL=2;WKST=SU;BYDAY=MO,2TU;BYSETPOS=-1;BYHOUR=9
     RDATE;VALUE=PERIOD:20270326T080000Z/PT5M
     EXDATE;TZID=Own:20270324T083000,20270325T083000`,
  ),
  eventOf(
    `RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Own:20270324T083000
     DTSTART;VALUE=DATE:20270324
     DURATION:P1DT2H
     TRANSP:OPAQUE
     STATUS:CONFIRMED`,
  ),
  "BEGIN:VFREEBUSY\nFREEBUSY;FBTYPE=BUSY:20270322T080000Z/PT1H,20270322T083000Z/20270322T093000Z\nEND:VFREEBUSY",
).split("\r\n");

const pieces = [
  "",
  ";",
  ":",
  ",",
  "=",
  "-",
  "/",
  '"',
  "\\",
  "T",
  "Z",
  "0",
  "99",
  "\n ",
  "\0",
  "__proto__",
  "constructor",
  "P",
  "\uD800",
];

/** Puts something into one line, takes something out of it, or copies, drops or swaps lines. */
const changes = fc.record({
  line: fc.nat({ max: sound.length - 1 }),
  at: fc.nat({ max: 60 }),
  cut: fc.nat({ max: 8 }),
  put: fc.constantFrom(...pieces),
  other: fc.nat({ max: sound.length - 1 }),
  kind: fc.constantFrom("within", "within", "within", "copied", "dropped", "swapped"),
});

function mangled(all: readonly (typeof changes extends fc.Arbitrary<infer T> ? T : never)[]): string {
  const lines = [...sound];
  for (const { line, at, cut, put, other, kind } of all) {
    const text = lines[line] ?? "";
    if (kind === "within") lines[line] = text.slice(0, at) + put + text.slice(at + cut);
    if (kind === "copied") lines.splice(other, 0, text);
    if (kind === "dropped") lines.splice(line, 1);
    if (kind === "swapped") [lines[line], lines[other]] = [lines[other] ?? "", text];
  }
  return lines.join("\r\n");
}

it("a mangled calendar is read, or refused with a path that is in it, and nothing else comes out", () => {
  const seen = { read: 0, refused: 0 };
  fc.assert(
    fc.property(fc.array(changes, { minLength: 1, maxLength: 4 }), (all) => {
      try {
        const times = busyTimesOf({ calendar: mangled(all), ...march });
        for (const { start, end } of times) expect(start < end).toBe(true);
        seen.read += 1;
      } catch (error) {
        if (!isBookingError(error, "invalid_input")) throw error;
        expect(error.details.issues[0]?.path).toMatch(/^calendar(\.[a-z-]+|\.\d+)*$/);
        seen.refused += 1;
      }
    }),
    { numRuns: 1_000 },
  );
  expect(Math.min(seen.read, seen.refused)).toBeGreaterThan(100);
});
