import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import { busyTimesOf } from "../../src/icalendar/index.ts";
import { busyIn, calendarOf, eventOf, march, ownZone } from "./calendars.ts";

const own = ownZone();

/** São Paulo, which has not changed its clocks since 2019: `ending` says by what the last rules end. */
const saoPaulo = (ending: string, more = "") => `BEGIN:VTIMEZONE
TZID:Sao Paulo
BEGIN:STANDARD
DTSTART:20160221T000000
TZOFFSETFROM:-0200
TZOFFSETTO:-0300
RRULE:FREQ=YEARLY;BYMONTH=2;BYDAY=3SU;${ending}
${more}
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20181104T000000
TZOFFSETFROM:-0300
TZOFFSETTO:-0200
END:DAYLIGHT
END:VTIMEZONE`;

const busyAt = (...events: readonly string[]) =>
  busyIn(calendarOf(own, saoPaulo("UNTIL=20190217T020000Z"), ...events.map((lines) => eventOf(lines))));

describe("an event that is first long before the window", () => {
  it.each(["Europe/Berlin", "Own"])("lasts as long as its first one did by the clocks of %s", (zone) => {
    const weekly = (day: string, end: string) =>
      busyAt(`DTSTART;TZID=${zone}:${day}T100000\nDTEND:${day}T${end}Z\nRRULE:FREQ=WEEKLY`);
    const monday = ["2027-03-22T09:00Z/10:00Z", "2027-03-29T08:00Z/09:00Z"];
    expect(weekly("20250106", "100000")).toEqual(monday);
    expect(weekly("20250707", "090000")).toEqual(monday);
    // The Monday before a change of another year, and the Monday after it, which are not those days of this year.
    expect(weekly("20200323", "100000")).toEqual(monday);
    expect(weekly("20200330", "090000")).toEqual(monday);
    expect(weekly("20221031", "100000")).toEqual(monday);
  });

  it.each(["Europe/Berlin", "Own"])("lasts as long as it did in its year, whatever others did by %s", (zone) => {
    const weekly = (start: string, end: string) => `DTSTART;TZID=${zone}:${start}\nDTEND:${end}Z\nRRULE:FREQ=WEEKLY`;
    expect(
      busyAt(
        weekly("19900101T100000", "19900101T100000"),
        weekly("20250707T120000", "20250707T110000"),
        weekly("20010702T140000", "20010702T130000"),
        weekly("20400702T160000", "20400702T150000"),
      ),
    ).toEqual([
      ...["2027-03-22T09:00Z/10:00Z", "2027-03-22T11:00Z/12:00Z", "2027-03-22T13:00Z/14:00Z"],
      ...["2027-03-29T08:00Z/09:00Z", "2027-03-29T10:00Z/11:00Z", "2027-03-29T12:00Z/13:00Z"],
    ]);
  });

  it("lasts as long as it did before its zone gave up changing the clocks", () => {
    for (const zone of ["America/Sao_Paulo", "Sao Paulo"]) {
      const weekly = `DTSTART;TZID=${zone}:20181217T100000\nDTEND:20181217T130000Z\nRRULE:FREQ=WEEKLY`;
      expect(busyAt(weekly), zone).toEqual(["2027-03-22T13:00Z/14:00Z", "2027-03-29T13:00Z/14:00Z"]);
    }
  });

  it("lasts as long as Temporal says of any time since 1900, in zones of all kinds", () => {
    const zones = ["Europe/Berlin", "America/Sao_Paulo", "Africa/Casablanca", "Pacific/Apia", "Australia/Lord_Howe"];
    const firsts = fc.record({
      zone: fc.constantFrom(...zones),
      hours: fc.integer({ min: 0, max: 125 * 365 * 24 }),
      minutes: fc.integer({ min: 1, max: 1_400 }),
    });
    fc.assert(
      fc.property(firsts, ({ zone, hours, minutes }) => {
        const local = Temporal.PlainDateTime.from("1900-01-01T00:00").add({ hours });
        const end = local.toZonedDateTime(zone).add({ minutes }).toInstant();
        const text = (time: { toString(): string }) => time.toString().replaceAll(/[-:]/g, "");
        const event = eventOf(`DTSTART;TZID=${zone}:${text(local)}\nDTEND:${text(end)}\nRRULE:FREQ=DAILY;INTERVAL=2`);
        const window = { ...march, from: "2027-05-03T00:00:00Z", until: "2027-05-05T00:00:00Z" };
        const seconds = busyTimesOf({ calendar: calendarOf(event), ...window }).map(
          (time) => (time.end.getTime() - time.start.getTime()) / 1000,
        );
        expect(new Set(seconds)).toEqual(new Set([minutes * 60]));
      }),
      { numRuns: 300 },
    );
  });

  it("lasts until it ends by the clocks of another zone", () => {
    const flight = (from: string, to: string) =>
      busyAt(`DTSTART;TZID=${from}\nDTEND;TZID=${to}\nRRULE:FREQ=WEEKLY;UNTIL=20270324T000000Z`);
    const west = flight("Europe/Berlin:20200106T100000", "America/New_York:20200106T130000");
    expect(west).toEqual(["2027-03-22T09:00Z/18:00Z"]);
    expect(flight("Own:20200106T100000", "America/New_York:20200106T130000")).toEqual(west);
    expect(flight("Asia/Tokyo:20200106T170000", "America/Los_Angeles:20200106T100000")).toEqual([
      "2027-03-22T08:00Z/18:00Z",
    ]);
  });

  it("is not refused for ending earlier by the clocks of another zone, long after the window as well", () => {
    for (const year of ["1999", "2020", "2099"]) {
      const flight = `DTSTART;TZID=Asia/Tokyo:${year}0106T170000\nDTEND;TZID=America/Los_Angeles:${year}0106T100000`;
      expect(busyAt(flight), year).toEqual([]);
    }
  });

  it("is moved from an occurrence on by as much as that one is, whatever clock names it", () => {
    const series = "DTSTART;TZID=Europe/Berlin:20200106T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY";
    const from = (id: string) =>
      `RECURRENCE-ID;RANGE=THISANDFUTURE${id}\nDTSTART;TZID=Europe/Berlin:20200706T110000\nDURATION:PT30M`;
    const moved = ["2027-03-22T10:00Z/10:30Z", "2027-03-29T09:00Z/09:30Z"];
    expect(busyAt(series, from(":20200706T070000Z"))).toEqual(moved);
    expect(busyAt(series, from(";TZID=Europe/Berlin:20200706T090000"))).toEqual(moved);
    expect(busyAt(series.replace("Europe/Berlin", "Own"), from(":20200706T070000Z"))).toEqual(moved);
  });

  it("is read from any year that can be written", () => {
    for (const year of ["0000", "0001", "1604", "9999"]) {
      for (const zone of ["Europe/Berlin", "Own"]) {
        const once = `DTSTART;TZID=${zone}:${year}0101T090000\nDTEND;TZID=${zone}:${year}1231T100000`;
        expect(busyAt(once), `${zone} ${year}`).toEqual([]);
      }
    }
    expect(busyAt("DTSTART;VALUE=DATE:16040401\nRRULE:FREQ=YEARLY")).toEqual(["2027-03-31T22:00Z/2027-04-01T22:00Z"]);
  });
});

describe("a zone whose rules have ended long before the window", () => {
  const at = (ending: string, more?: string) =>
    busyIn(calendarOf(saoPaulo(ending, more), eventOf("DTSTART;TZID=Sao Paulo:20270324T100000\nDURATION:PT1H")), march);

  it("keeps the last change of a rule with UNTIL, or with COUNT", () => {
    expect(at("UNTIL=20190217T020000Z")).toEqual(["2027-03-24T13:00Z/14:00Z"]);
    expect(at("UNTIL=20190217")).toEqual(["2027-03-24T13:00Z/14:00Z"]);
    expect(at("COUNT=4")).toEqual(["2027-03-24T13:00Z/14:00Z"]);
    // The last one is in 2018, before the clocks were put forward for good.
    expect(at("UNTIL=20180218T020000Z")).toEqual(["2027-03-24T12:00Z/13:00Z"]);
    expect(at("COUNT=3")).toEqual(["2027-03-24T12:00Z/13:00Z"]);
    expect(at("COUNT=3", "RDATE:20190217T000000")).toEqual(["2027-03-24T13:00Z/14:00Z"]);
  });
});
