import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import { calendarOf, eventOf, startsIn } from "./calendars.ts";

const window = { from: "1997-01-01T00:00:00Z", until: "1999-03-01T00:00:00Z", timeZone: "America/New_York" };

/** The dates on which a rule repeats what begins at nine o'clock in New York, as the examples of RFC 5545 do. */
function datesOf(rule: string, { start = "19970902T090000", more = "" } = {}): readonly string[] {
  const lines = `DTSTART;TZID=America/New_York:${start}\nDURATION:PT10M\nRRULE:${rule}\n${more}`;
  const starts = startsIn(calendarOf(eventOf(lines)), window);
  const local = starts.map((text) => Temporal.Instant.from(text).toZonedDateTimeISO(window.timeZone).toPlainDateTime());
  return local.map((time) => time.toString({ smallestUnit: "minute" }).replace("T09:00", ""));
}

const days = (month: string, ...numbers: readonly number[]) =>
  numbers.map((day) => `${month}-${String(day).padStart(2, "0")}`);

/** Rules of RFC 5545, section 3.8.5.3, with the dates that it gives for them, cut to what is before March of 1999. */
const examples: readonly [rule: string, dates: readonly string[], start?: string][] = [
  ["FREQ=DAILY;COUNT=10", days("1997-09", 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)],
  ["FREQ=DAILY;INTERVAL=10;COUNT=5", [...days("1997-09", 2, 12, 22), ...days("1997-10", 2, 12)]],
  [
    "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
    [...days("1997-09", 2, 4, 9, 11, 16, 18, 23, 25, 30), ...days("1997-10", 2)],
  ],
  [
    "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
    [...days("1997-09", 2, 4, 16, 18, 30), ...days("1997-10", 2, 14, 16)],
  ],
  [
    "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
    [
      ...days("1997-09", 1, 3, 5, 15, 17, 19, 29),
      ...days("1997-10", 1, 3, 13, 15, 17, 27, 29, 31),
      ...days("1997-11", 10, 12, 14, 24, 26, 28),
      ...days("1997-12", 8, 10, 12, 22),
    ],
    "19970901T090000",
  ],
  [
    "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
    [
      ...["1997-09-05", "1997-10-03", "1997-11-07", "1997-12-05", "1998-01-02", "1998-02-06", "1998-03-06"],
      ...["1998-04-03", "1998-05-01", "1998-06-05"],
    ],
    "19970905T090000",
  ],
  [
    "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
    [
      ...["1997-09-07", "1997-09-28", "1997-11-02", "1997-11-30", "1998-01-04", "1998-01-25"],
      ...["1998-03-01", "1998-03-29", "1998-05-03", "1998-05-31"],
    ],
    "19970907T090000",
  ],
  [
    "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
    [...["1997-09-22", "1997-10-20", "1997-11-17", "1997-12-22", "1998-01-19", "1998-02-16"]],
    "19970922T090000",
  ],
  [
    "FREQ=MONTHLY;BYMONTHDAY=-3;COUNT=6",
    [...["1997-09-28", "1997-10-29", "1997-11-28", "1997-12-29", "1998-01-29", "1998-02-26"]],
    "19970928T090000",
  ],
  [
    "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
    [
      ...["1997-09-30", "1997-10-01", "1997-10-31", "1997-11-01", "1997-11-30", "1997-12-01", "1997-12-31"],
      ...["1998-01-01", "1998-01-31", "1998-02-01"],
    ],
    "19970930T090000",
  ],
  [
    "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
    days("1997-09", 10, 11, 12, 13, 14, 15),
    "19970910T090000",
  ],
  ["FREQ=YEARLY;COUNT=10;BYMONTH=6,7", ["1997-06-10", "1997-07-10", "1998-06-10", "1998-07-10"], "19970610T090000"],
  ["FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3", [...["1997-03-10", "1999-01-10", "1999-02-10"]], "19970310T090000"],
  ["FREQ=YEARLY;BYDAY=20MO", ["1997-05-19", "1998-05-18"], "19970519T090000"],
  ["FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", ["1997-05-12", "1998-05-11"], "19970512T090000"],
  [
    "FREQ=YEARLY;INTERVAL=1;COUNT=10;BYYEARDAY=1,100,200",
    [...["1997-01-01", "1997-04-10", "1997-07-19", "1998-01-01", "1998-04-10", "1998-07-19", "1999-01-01"]],
    "19970101T090000",
  ],
  [
    "FREQ=YEARLY;BYMONTH=3;BYDAY=TH;UNTIL=19980401T000000Z",
    [...days("1997-03", 13, 20, 27), ...days("1998-03", 5, 12, 19, 26)],
    "19970313T090000",
  ],
  [
    "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13;COUNT=5",
    [...["1997-09-13", "1997-10-11", "1997-11-08", "1997-12-13", "1998-01-10"]],
    "19970913T090000",
  ],
  ["FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", ["1997-11-04"], "19971104T090000"],
  ["FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", ["1997-09-04", "1997-10-07", "1997-11-06"], "19970904T090000"],
  [
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=7",
    [...["1997-09-29", "1997-10-30", "1997-11-27", "1997-12-30", "1998-01-29", "1998-02-26", "1998-03-30"]],
    "19970929T090000",
  ],
  ["FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z", ["1997-09-02", "1997-09-02T12:00", "1997-09-02T15:00"]],
  [
    "FREQ=MINUTELY;INTERVAL=15;COUNT=6",
    [
      ...[
        "1997-09-02",
        "1997-09-02T09:15",
        "1997-09-02T09:30",
        "1997-09-02T09:45",
        "1997-09-02T10:00",
        "1997-09-02T10:15",
      ],
    ],
  ],
  ["FREQ=MINUTELY;INTERVAL=90;COUNT=4", ["1997-09-02", "1997-09-02T10:30", "1997-09-02T12:00", "1997-09-02T13:30"]],
  [
    "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
    ["1997-09-15", "1997-09-30", "1997-10-15", "1997-10-30", "1997-11-15"],
    "19970915T090000",
  ],
];

describe("rules of recurrence", () => {
  for (const [rule, dates, start = "19970902T090000"] of examples) {
    it(`${rule} has the dates that RFC 5545 gives`, () => {
      expect(datesOf(rule, { start })).toEqual(dates);
    });
  }

  it("weeks that begin on another day have other days in every second one", () => {
    const rule = "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=";
    expect(datesOf(`${rule}MO`, { start: "19970805T090000" })).toEqual(days("1997-08", 5, 10, 19, 24));
    expect(datesOf(`${rule}SU`, { start: "19970805T090000" })).toEqual(days("1997-08", 5, 17, 19, 31));
  });

  it("twenty-minute steps from nine to five are the same by the day and by the minute", () => {
    const daily = datesOf("FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40;COUNT=60");
    expect(daily).toHaveLength(60);
    expect(datesOf("FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16;COUNT=60")).toEqual(daily);
  });

  it("Friday the thirteenth counts, and not the day on which the rule begins, if it is left out", () => {
    const more = "EXDATE;TZID=America/New_York:19970902T090000";
    expect(datesOf("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", { more })).toEqual([
      "1998-02-13",
      "1998-03-13",
      "1998-11-13",
    ]);
  });

  it("the last week of a year may have days of the next one, and the first one days of the year before", () => {
    const monday = { start: "19970106T090000" };
    expect(datesOf("FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", monday)).toEqual(["1997-01-06", "1997-12-29", "1999-01-04"]);
    expect(datesOf("FREQ=YEARLY;BYWEEKNO=-1;BYDAY=MO", monday)).toEqual(["1997-01-06", "1997-12-22", "1998-12-28"]);
  });

  it("a day that a month does not have is left out", () => {
    expect(datesOf("FREQ=MONTHLY;COUNT=4", { start: "19970131T090000" })).toEqual([
      ...["1997-01-31", "1997-03-31", "1997-05-31", "1997-07-31"],
    ]);
  });
});
