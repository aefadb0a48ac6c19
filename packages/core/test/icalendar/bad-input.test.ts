import { describe, expect, it } from "vitest";
import { busyTimesOf } from "../../src/icalendar/index.ts";
import { isBookingError } from "../../src/index.ts";
import { busyIn, calendarOf, eventOf, march } from "./calendars.ts";

/** The first issue of a refusal, as `path code: message`. */
function refusalOf(calendar: unknown, more: object = {}): string {
  try {
    busyTimesOf({ ...march, ...more, calendar: calendar as string });
  } catch (error) {
    if (!isBookingError(error, "invalid_input")) throw error;
    const [issue] = error.details.issues;
    return `${issue?.path} ${issue?.code}: ${issue?.message}`;
  }
  return "taken";
}

const ofEvent = (lines: string) =>
  refusalOf(calendarOf(eventOf("DTSTART:20270401T080000Z\nDURATION:PT1H"), eventOf(lines, "b@x")));
const withRule = (rule: string) => ofEvent(`DTSTART:20270322T080000Z\nDURATION:PT1M\nRRULE:${rule}`);

/** How much time of the processor it took, in milliseconds: other programs take none of it. */
function costOf(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Long enough for a slow machine, and far less than anything without bounds would take. */
const mostMs = 20_000;

describe("a calendar that cannot be read", () => {
  it("is refused with the path and the UID of what is wrong", () => {
    expect(ofEvent("DTSTART:20270230T080000Z")).toBe(
      "calendar.vevent.1.dtstart no_such_time: must be a date or a time that exists, such as 20270322T090000 (UID b@x)",
    );
    expect(ofEvent("SUMMARY:no time")).toBe("calendar.vevent.1.dtstart required: is missing (UID b@x)");
    expect(ofEvent("DTSTART:20270322T080000Z\nDTSTART:20270322T080000Z")).toContain(
      "calendar.vevent.1.dtstart repeated",
    );
    expect(ofEvent("DTSTART:20270322T080000Z\nDTEND:20270322T070000Z")).toContain("calendar.vevent.1.dtend invalid");
    expect(ofEvent("DTSTART:20270322T080000Z\nDURATION:PT")).toContain("calendar.vevent.1.duration invalid");
    expect(ofEvent("DTSTART:20270322T080000Z\nDURATION:-PT1H")).toContain("calendar.vevent.1.duration invalid");
    expect(ofEvent(`DTSTART:20270322T080000Z\nDURATION:P${"9".repeat(400)}D`)).toContain(
      "calendar.vevent.1.duration invalid",
    );
    expect(ofEvent("DTSTART:20270322T080000Z\nRDATE:tomorrow")).toContain("calendar.vevent.1.rdate no_such_time");
    expect(ofEvent("DTSTART:20270322T080000Z\nRDATE:20270322T080000Z/")).toContain("calendar.vevent.1.rdate");
    expect(ofEvent("DTSTART:20270322T080000Z\nRDATE;VALUE=PERIOD:20270322T080000Z/20270322T070000Z")).toBe(
      "calendar.vevent.1.rdate invalid: must not end before it starts (UID b@x)",
    );
    for (const name of ["RRULE:FREQ=DAILY", "RDATE:20270330T080000Z", "EXDATE:20270330T080000Z", "EXRULE:FREQ=DAILY"]) {
      const lines = `RECURRENCE-ID;RANGE=THISANDFUTURE:20270324T080000Z\nDTSTART:20270324T080000Z\n${name}`;
      expect(ofEvent(lines)).toContain(
        `calendar.vevent.1.${name.replace(/:.*/, "").toLowerCase()} invalid: must not be in an event with RANGE=THISANDFUTURE`,
      );
    }
    expect(ofEvent("DTSTART:20270322T080000Z\nEXDATE:")).toContain("calendar.vevent.1.exdate");
    expect(ofEvent("DTSTART;X=:")).toContain("calendar.vevent.1.dtstart");
    expect(ofEvent("DTSTART;VALUE=constructor:20270322T080000Z")).toContain("calendar.vevent.1.dtstart no_such_time");
    expect(refusalOf(calendarOf("BEGIN:VFREEBUSY\nFREEBUSY:garbage\nEND:VFREEBUSY"))).toContain(
      "calendar.vfreebusy.0.freebusy",
    );
  });

  it("is refused if it is none, ends too early, or is nested at random", () => {
    const [begin, end] = ["BEGIN:VCALENDAR\r\n", "END:VCALENDAR\r\n"];
    expect(refusalOf("")).toBe("calendar invalid: must be iCalendar text: line 1 must be BEGIN:VCALENDAR");
    expect(refusalOf("\n\n<!DOCTYPE html><p>Sign in: here")).toContain("line 3 must be BEGIN:VCALENDAR");
    expect(refusalOf("BEGIN:VCARD\nEND:VCARD")).toContain("line 1 must be BEGIN:VCALENDAR");
    expect(refusalOf(begin)).toBe("calendar invalid: has a VCALENDAR that does not end");
    expect(refusalOf(`${begin}BEGIN:VEVENT\nDTSTART:20270322T080000Z\n`)).toContain("has a VEVENT that does not end");
    expect(refusalOf(`${begin}BEGIN:VEVENT\n${end}`)).toBe("calendar invalid: has in line 3 an END that fits no BEGIN");
    expect(refusalOf(`${begin}${end}${end}`)).toContain("has in line 3 an END that fits no BEGIN");
    expect(refusalOf(begin.repeat(100_000))).toBe(
      "calendar too_deep: must not be nested deeper than 16 levels, as in line 17",
    );
    expect(refusalOf(`${begin}BEGIN:VTODO\nBEGIN:VEVENT\nDTSTART:garbage\nEND:VEVENT\nEND:VTODO\n${end}`)).toBe(
      "taken",
    );
    expect(
      refusalOf(
        `${begin}this is no line of a calendar\nBEGIN:VEVENT\ngarbage\nDTSTART:20270322T080000Z\nEND:VEVENT\n${end}`,
      ),
    ).toBe("taken");
    expect(refusalOf(7)).toContain("calendar wrong_type");
  });

  it("is refused if its rules are none, or are forbidden", () => {
    const refused = (rule: string) => expect(withRule(rule), rule);
    const path = "calendar.vevent.1.rrule";
    for (const rule of [
      "",
      "FREQ=OFTEN",
      "FREQ",
      "FREQ=DAILY;BYHOUR",
      "FREQ=DAILY;BYDAY=XX",
      "FREQ=DAILY;COUNT=many",
    ]) {
      refused(rule).toContain(`${path} invalid`);
    }
    refused("COUNT=5").toBe(`${path} invalid: must have a FREQ (UID b@x)`);
    refused("FREQ=DAILY;COUNT=0").toBe(`${path} invalid: must have a COUNT of 1 or more (UID b@x)`);
    refused("FREQ=DAILY;RSCALE=CHINESE").toBe(`${path} invalid: has a part that is not known: RSCALE (UID b@x)`);
    refused("FREQ=WEEKLY;BYMONTHDAY=1").toBe(`${path} invalid: must not have BYMONTHDAY with FREQ=WEEKLY (UID b@x)`);
    for (const rule of [
      "FREQ=MONTHLY;BYWEEKNO=1",
      "FREQ=DAILY;BYYEARDAY=1",
      "FREQ=DAILY;BYDAY=1MO",
      "FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO",
    ]) {
      refused(rule).toContain("must not have BY");
    }
    refused("FREQ=DAILY;BYSETPOS=1").toContain("that BYSETPOS chooses from");
    refused("FREQ=MONTHLY;BYMONTHDAY=0").toContain("must not have 0 in BYMONTHDAY");
    refused("FREQ=DAILY;UNTIL=20270230").toContain(`${path} no_such_time`);
    refused("freq=daily;count=2;x-of-theirs=1").toBe("taken");
    refused("FREQ=DAILY;INTERVAL=0").toBe("taken");
    refused(`FREQ=DAILY;INTERVAL=${"9".repeat(400)}`).toBe("taken");
    refused(`FREQ=YEARLY;INTERVAL=${"9".repeat(20)};COUNT=${"9".repeat(400)}`).toBe("taken");
  });

  it("is refused if it names zones that do not exist, and says what can be done", () => {
    expect(ofEvent("DTSTART;TZID=Middle Earth:20270322T080000")).toBe(
      'calendar.vevent.1.dtstart not_a_time_zone: is in the time zone "Middle Earth", which the calendar does not define and which is no IANA zone: say in timeZones which one it means (UID b@x)',
    );
    expect(ofEvent("DTSTART;TZID=constructor:20270322T080000")).toContain("not_a_time_zone");
    const zone = (lines: string) =>
      refusalOf(
        calendarOf(
          `BEGIN:VTIMEZONE\nTZID:Own\n${lines}\nEND:VTIMEZONE`,
          eventOf("DTSTART;TZID=Own:20270322T080000\nDURATION:PT1H"),
        ),
      );
    expect(zone("")).toBe("calendar.vtimezone.0 invalid: must have a STANDARD or a DAYLIGHT");
    const standard = (lines: string) => zone(`BEGIN:STANDARD\n${lines}\nEND:STANDARD`);
    expect(standard("TZOFFSETFROM:+0100\nTZOFFSETTO:+0200")).toContain(
      "calendar.vtimezone.0.standard.0.dtstart required",
    );
    const start = "DTSTART:19700101T000000\n";
    expect(standard(`${start}TZOFFSETFROM:+0100`)).toContain("calendar.vtimezone.0.standard.0.tzoffsetto required");
    expect(standard(`${start}TZOFFSETFROM:+0100\nTZOFFSETTO:+9900`)).toContain("standard.0.tzoffsetto no_such_time");
    expect(standard(`${start}TZOFFSETFROM:+0100\nTZOFFSETTO:+0100`)).toBe("taken");
    expect(standard(`${start}TZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nRRULE:FREQ=SECONDLY`)).toContain(
      "calendar.vtimezone.0.standard.0.rrule too_much",
    );
  });

  it("is refused in a window that is none, or a zone of yours that is none", () => {
    const text = calendarOf();
    expect(refusalOf(text, { until: march.from })).toContain("until invalid: must be after from");
    expect(refusalOf(text, { until: "2030-01-01T00:00:00Z" })).toContain("until too_large");
    expect(refusalOf(text, { timeZone: "Middle Earth" })).toContain("timeZone not_a_time_zone");
    expect(refusalOf(text, { timeZone: undefined })).toContain("timeZone required");
    expect(refusalOf(text, { timeZones: { Own: "Middle Earth" } })).toContain("timeZones.Own not_a_time_zone");
    expect(refusalOf(text, { zone: "UTC" })).toContain("unknown_field");
  });
});

describe("a calendar without bounds takes bounded time", () => {
  const bounded = (title: string, run: () => void) =>
    it(title, () => {
      expect(costOf(run)).toBeLessThan(mostMs);
    });

  // Rules that nothing satisfies: ical.js never returns from the first two, kewisch/ical.js #1038.
  const never = [
    ...[
      "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
      "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
      "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    ],
    ...[
      "FREQ=MONTHLY;BYDAY=1TH;BYSETPOS=2",
      "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
      "FREQ=WEEKLY;BYMONTH=3;BYDAY=MO;BYSETPOS=7",
    ],
    ...["FREQ=MINUTELY;INTERVAL=1440;BYHOUR=3", "FREQ=YEARLY;INTERVAL=1000000000;BYYEARDAY=-366"],
  ];
  bounded("when rules have no dates", () => {
    for (const rule of never) {
      const event = eventOf(`DTSTART:20270322T080000Z\nDURATION:PT1H\nRRULE:${rule}`);
      expect(busyIn(calendarOf(event)), rule).toEqual(["2027-03-22T08:00Z/09:00Z"]);
      const far = eventOf(`DTSTART:17000101T080000Z\nDURATION:PT1H\nRRULE:${rule};COUNT=2`);
      expect(["taken", "calendar.vevent.0.rrule "], rule).toContain(
        refusalOf(calendarOf(far)).replace(/too_much.*/, ""),
      );
    }
  });

  bounded("when it repeats every second", () => {
    const refusal = (lines: string) => refusalOf(calendarOf(eventOf(lines)), { until: "2029-05-30T00:00:00Z" });
    const message =
      "calendar.vevent.0.rrule too_much: cannot be worked out in 1000000 steps: it repeats too often, or has too many times far from the window (UID a@example.org)";
    expect(refusal("DTSTART:20270322T080000Z\nDURATION:PT1H\nRRULE:FREQ=SECONDLY")).toBe(message);
    expect(refusal("DTSTART:19700322T080000Z\nDURATION:PT1H\nRRULE:FREQ=SECONDLY")).toBe(message);
    expect(refusal("DTSTART:19700322T080000Z\nDURATION:PT1H\nRRULE:FREQ=SECONDLY;COUNT=2000000000")).toBe(message);
    const [hours, sixty] = [24, 60].map((count) => Array.from({ length: count }, (_, place) => place).join(","));
    const parts = `BYHOUR=${hours};BYMINUTE=${sixty};BYSECOND=${sixty}`;
    expect(
      refusal(`DTSTART:20270322T080000Z\nDURATION:PT1H\nRRULE:FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;${parts}`),
    ).toBe(message);
  });

  it("an event that repeats every second far from the window, or within a short one, is read", () => {
    const event = (lines: string) => calendarOf(eventOf(`${lines}\nDURATION:PT1S`));
    expect(busyIn(event("DTSTART:20290322T080000Z\nRRULE:FREQ=SECONDLY"))).toEqual([]);
    expect(busyIn(event("DTSTART:19700322T080000Z\nRRULE:FREQ=SECONDLY;UNTIL=19700322T090000Z"))).toEqual([]);
    const minute = { ...march, from: "2027-03-22T08:00:00Z", until: "2027-03-22T08:01:00Z" };
    expect(busyIn(event("DTSTART:19700322T080000Z\nRRULE:FREQ=SECONDLY;INTERVAL=7"), minute)).toHaveLength(9);
  });

  bounded("when many events do it together", () => {
    const events = Array.from({ length: 2_000 }, (_, place) =>
      eventOf("DTSTART:20000101T080000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY", `${place}@x`),
    );
    expect(refusalOf(calendarOf(...events), { until: "2029-05-30T00:00:00Z" })).toContain("too_much");
  });

  bounded("when it has ten thousand exceptions", () => {
    const zone = "TZID=America/New_York";
    const at = (place: number) =>
      new Date(Date.UTC(2000, 0, 1 + place, 9)).toISOString().slice(0, 19).replaceAll(/[-:]/g, "");
    const dates = Array.from({ length: 10_000 }, (_, place) => at(place));
    const series = `DTSTART;${zone}:20000101T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY`;
    const changed = dates.map((date) =>
      eventOf(`RECURRENCE-ID;${zone}:${date}\nDTSTART;${zone}:${date}\nDURATION:PT5M`),
    );
    // The ten thousandth day is 2027-05-18, after the window.
    expect(busyIn(calendarOf(eventOf(`${series}\nEXDATE;${zone}:${dates}`)))).toEqual([]);
    expect(busyIn(calendarOf(eventOf([series, ...dates.map((date) => `EXDATE;${zone}:${date}`)].join("\n"))))).toEqual(
      [],
    );
    expect(busyIn(calendarOf(eventOf(series), ...changed))).toHaveLength(14);
    expect(busyIn(calendarOf(eventOf(series)))).toHaveLength(14);
  });

  bounded("when very many events have one UID", () => {
    const many = (lines: (day: string) => string) =>
      Array.from({ length: 12_000 }, (_, place) => {
        const day = new Date(Date.UTC(2027, 0, 1 + (place % 200))).toISOString().slice(0, 10).replaceAll("-", "");
        return eventOf(lines(day));
      });
    const main = (day: string) => `DTSTART:${day}T080000Z\nDURATION:PT1H`;
    const series = eventOf("DTSTART:20270101T080000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY");
    const changed = many((day) => `RECURRENCE-ID:${day}T080000Z\nDTSTART:${day}T090000Z\nDURATION:PT5M`);
    const ranges = many(
      (day) => `RECURRENCE-ID;RANGE=THISANDFUTURE:${day}T080000Z\nDTSTART:${day}T090000Z\nDURATION:PT5M`,
    );
    expect(busyIn(calendarOf(series, ...changed))).toHaveLength(14);
    expect(busyIn(calendarOf(series, ...ranges))).toHaveLength(14);
    expect(busyIn(calendarOf(...many(main), ...changed))).toHaveLength(14);
    expect(refusalOf(calendarOf(...many(main), ...ranges))).toContain("too_much");
  });

  bounded("when it is long, in one line or in many", () => {
    expect(refusalOf(" ".repeat(20_000_000))).toBe("calendar too_long: must not be longer than 10000000 characters");
    const long = (line: string) => refusalOf(calendarOf(eventOf(`DTSTART:20270322T080000Z\n${line}`)));
    expect(long(`DESCRIPTION:${"x".repeat(9_000_000)}`)).toBe("taken");
    expect(long(`DTEND${";A=b".repeat(2_000_000)}:20270322T090000Z`)).toContain("calendar.vevent.0.dtend too_many");
    expect(long(`RRULE:FREQ=DAILY;BYDAY=MO${",MO".repeat(3_000_000)}`)).toBe("taken");
    expect(long(`EXDATE:20270322T080000Z${",20270322T080000Z".repeat(500_000)}`)).toBe("taken");
    const folded = `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:2027\r\n${" \r\n".repeat(2_000_000)} 0322T080000Z\r\nDURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR`;
    expect(busyIn(folded)).toEqual(["2027-03-22T08:00Z/09:00Z"]);
  });

  bounded("when its times are of all years there are", () => {
    const dayOf = (place: number) =>
      new Date(Date.UTC(2027, 0, 1) - place * 604_800_000).toISOString().slice(0, 10).replaceAll("-", "");
    const events = (zone: string, count: number, weeks: number) =>
      Array.from({ length: count }, (_, place) => {
        const day = dayOf(place * weeks);
        return eventOf(`DTSTART;TZID=${zone}:${day}T080000\nDTEND:${day}T120000Z`, "far");
      });
    expect(refusalOf(calendarOf(...events("Europe/Berlin", 20_000, 3)))).toMatch(
      /^calendar\.vevent\.\d+\.dtstart too_much: .* far from the window \(UID far\)$/,
    );
    const part = "BEGIN:STANDARD\nDTSTART:99990101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200";
    const parts = `${part}\nRRULE:FREQ=YEARLY\nEND:STANDARD\n`.repeat(2_500);
    const zone = `BEGIN:VTIMEZONE\nTZID:Own\n${parts}END:VTIMEZONE`;
    expect(refusalOf(calendarOf(zone, ...events("Own", 120, 500)))).toMatch(
      /^calendar\.vtimezone\.0\.standard\.\d+\.rrule too_much/,
    );
  });

  bounded("when it names more zones than there are", () => {
    const zones = Intl.supportedValuesOf("timeZone").slice(0, 101);
    const events = zones.map((zone) => eventOf(`DTSTART;TZID=${zone}:20270322T080000\nDURATION:PT1H`, zone));
    expect(refusalOf(calendarOf(...events))).toBe(
      `calendar.vevent.100.dtstart too_many: names one more time zone than the 100 that a calendar may name: read its events in several calendars (UID ${zones[100]})`,
    );
    expect(refusalOf(calendarOf(...events.slice(0, 100)))).toBe("taken");
  });
});
