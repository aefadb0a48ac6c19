import { describe, expect, it } from "vitest";
import { busyIn, calendarOf, eventOf, march, startsIn } from "./calendars.ts";

const busyAt = (...events: readonly string[]) => busyIn(calendarOf(...events.map((lines) => eventOf(lines))));
const daily =
  "DTSTART;TZID=Europe/Berlin:20270325T090000\nDTEND;TZID=Europe/Berlin:20270325T100000\nRRULE:FREQ=DAILY;COUNT=5";

describe("busy times of events", () => {
  it("keep the time of the clock when it is changed", () => {
    expect(busyAt(daily)).toEqual([
      ...["2027-03-25T08:00Z/09:00Z", "2027-03-26T08:00Z/09:00Z", "2027-03-27T08:00Z/09:00Z"],
      ...["2027-03-28T07:00Z/08:00Z", "2027-03-29T07:00Z/08:00Z"],
    ]);
  });

  it("begin an hour later where the clocks skip the time, and at the first of two where they show it twice", () => {
    const nightly = (date: string) =>
      `DTSTART;TZID=Europe/Berlin:${date}T023000\nDURATION:PT15M\nRRULE:FREQ=DAILY;COUNT=3`;
    expect(busyAt(nightly("20270327"))).toEqual([
      ...["2027-03-27T01:30Z/01:45Z", "2027-03-28T01:30Z/01:45Z", "2027-03-29T00:30Z/00:45Z"],
    ]);
    const autumn = { ...march, from: "2027-10-25T00:00:00Z", until: "2027-11-07T00:00:00Z" };
    expect(busyIn(calendarOf(eventOf(nightly("20271030"))), autumn)).toEqual([
      ...["2027-10-30T00:30Z/00:45Z", "2027-10-31T00:30Z/00:45Z", "2027-11-01T01:30Z/01:45Z"],
    ]);
  });

  it("last as long as the first one by DTEND, and for days of the clock by DURATION", () => {
    const start = "DTSTART;TZID=Europe/Berlin:20270326T220000\nRRULE:FREQ=DAILY;COUNT=2";
    const night = [start, "DTEND;TZID=Europe/Berlin:20270327T060000"].join("\n");
    expect(busyAt(night)).toEqual(["2027-03-26T21:00Z/2027-03-27T05:00Z", "2027-03-27T21:00Z/2027-03-28T05:00Z"]);
    expect(busyAt("DTSTART;TZID=Europe/Berlin:20270327T220000\nDURATION:P1D")).toEqual([
      "2027-03-27T21:00Z/2027-03-28T20:00Z",
    ]);
    expect(busyAt("DTSTART;TZID=Europe/Berlin:20270327T220000\nDURATION:PT24H")).toEqual([
      "2027-03-27T21:00Z/2027-03-28T21:00Z",
    ]);
  });

  it("are whole days by your clocks, and floating times are by your clocks as well", () => {
    expect(busyAt("DTSTART;VALUE=DATE:20270328")).toEqual(["2027-03-27T23:00Z/2027-03-28T22:00Z"]);
    expect(busyAt("DTSTART;VALUE=DATE:20270326\nDTEND;VALUE=DATE:20270329")).toEqual([
      "2027-03-25T23:00Z/2027-03-28T22:00Z",
    ]);
    expect(busyAt("DTSTART;VALUE=DATE:20270326\nDTEND;VALUE=DATE:20270326")).toEqual([
      "2027-03-25T23:00Z/2027-03-26T23:00Z",
    ]);
    expect(busyAt("DTSTART;VALUE=DATE:20270326\nDURATION:P2D")).toEqual(["2027-03-25T23:00Z/2027-03-27T23:00Z"]);
    expect(busyAt("DTSTART:20270322T090000\nDTEND:20270322T100000")).toEqual(["2027-03-22T08:00Z/09:00Z"]);
    const tokyo = { ...march, timeZone: "Asia/Tokyo" };
    expect(busyIn(calendarOf(eventOf("DTSTART;VALUE=DATE:20270328")), tokyo)).toEqual([
      "2027-03-27T15:00Z/2027-03-28T15:00Z",
    ]);
  });

  it("take no time if they are transparent or cancelled, or have no length", () => {
    const at = "DTSTART:20270322T090000Z\nDTEND:20270322T100000Z\n";
    expect(busyAt(`${at}TRANSP:TRANSPARENT`)).toEqual([]);
    expect(busyAt(`${at}STATUS:CANCELLED`)).toEqual([]);
    expect(busyAt(`${at}STATUS:TENTATIVE`)).toHaveLength(1);
    expect(busyAt("DTSTART:20270322T090000Z")).toEqual([]);
    expect(busyAt("DTSTART:20270322T090000Z\nDTEND:20270322T090000Z")).toEqual([]);
  });

  it("are those that meet the window, however long before it they begin", () => {
    const window = { ...march, from: "2027-03-22T08:00:00Z", until: "2027-03-22T10:00:00Z" };
    const at = (from: string, to: string) => busyIn(calendarOf(eventOf(`DTSTART:${from}\nDTEND:${to}`)), window);
    expect(at("20270322T070000Z", "20270322T080000Z")).toEqual([]);
    expect(at("20270322T100000Z", "20270322T110000Z")).toEqual([]);
    expect(at("20270322T070000Z", "20270322T080100Z")).toHaveLength(1);
    expect(at("20270322T095900Z", "20270322T110000Z")).toHaveLength(1);
    expect(at("20220322T070000Z", "20290322T080100Z")).toEqual(["2022-03-22T07:00Z/2029-03-22T08:01Z"]);
    const cruise = "DTSTART:20200101T000000Z\nDURATION:P100D\nRRULE:FREQ=YEARLY";
    expect(startsIn(calendarOf(eventOf(cruise)), window)).toEqual(["2027-01-01T00:00Z"]);
  });

  it("of one UID are a series: a changed occurrence is in the place of the one that it names", () => {
    const changed = (lines: string) => eventOf(`RECURRENCE-ID;TZID=Europe/Berlin:20270326T090000\n${lines}`);
    const series = (lines: string) => busyIn(calendarOf(eventOf(daily), changed(lines)));
    expect(series("DTSTART:20270326T150000Z\nDTEND:20270326T153000Z").slice(0, 3)).toEqual([
      ...["2027-03-25T08:00Z/09:00Z", "2027-03-26T15:00Z/15:30Z", "2027-03-27T08:00Z/09:00Z"],
    ]);
    expect(series("DTSTART:20270326T150000Z\nDURATION:PT1H\nTRANSP:TRANSPARENT")).toHaveLength(4);
    const other = eventOf("RECURRENCE-ID:20270326T080000Z\nDTSTART:20270326T150000Z\nDURATION:PT1H", "b@example.org");
    expect(busyIn(calendarOf(eventOf(daily), other))).toHaveLength(6);
    expect(busyIn(calendarOf(other))).toEqual(["2027-03-26T15:00Z/16:00Z"]);
  });

  it("are in the place of one occurrence alone, also if they have a copy of the rule of their series", () => {
    const id = "RECURRENCE-ID;TZID=Europe/Berlin:20270326T090000";
    const time = "DTSTART:20270326T150000Z\nDURATION:PT30M";
    const plain = busyIn(calendarOf(eventOf(daily), eventOf(`${id}\n${time}`)));
    expect(plain).toContain("2027-03-26T15:00Z/15:30Z");
    for (const dates of ["RRULE:FREQ=DAILY", "RDATE:20270327T150000Z", "EXDATE:20270326T150000Z"]) {
      expect(busyIn(calendarOf(eventOf(daily), eventOf(`${id}\n${time}\n${dates}`)))).toEqual(plain);
      expect(busyIn(calendarOf(eventOf(`${id}\n${time}\n${dates}`)))).toEqual(["2027-03-26T15:00Z/15:30Z"]);
    }
  });

  it("move, end and last otherwise from an occurrence on, if the change is meant for all that follow", () => {
    const from = (lines: string) => eventOf(`RECURRENCE-ID;RANGE=THISANDFUTURE:20270327T080000Z\n${lines}`);
    const series = (...lines: readonly string[]) => busyIn(calendarOf(eventOf(daily), ...lines));
    expect(series(from("DTSTART;TZID=Europe/Berlin:20270327T110000\nDURATION:PT30M"))).toEqual([
      ...["2027-03-25T08:00Z/09:00Z", "2027-03-26T08:00Z/09:00Z"],
      ...["2027-03-27T10:00Z/10:30Z", "2027-03-28T09:00Z/09:30Z", "2027-03-29T09:00Z/09:30Z"],
    ]);
    expect(series(from("DTSTART:20270327T080000Z\nDURATION:PT1H\nSTATUS:CANCELLED"))).toHaveLength(2);
    const single = eventOf("RECURRENCE-ID:20270328T070000Z\nDTSTART:20270401T080000Z\nDURATION:PT5M");
    expect(series(from("DTSTART:20270326T080000Z\nDURATION:PT30M"), single)).toEqual([
      ...[
        "2027-03-25T08:00Z/09:00Z",
        "2027-03-26T08:00Z/09:00Z",
        "2027-03-28T07:00Z/07:30Z",
        "2027-04-01T08:00Z/08:05Z",
      ],
    ]);
  });

  it("move into the window from before it, and from after it", () => {
    const weekly = (id: string, to: string) =>
      busyAt(
        "DTSTART:20270301T080000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;UNTIL=20270420T000000Z",
        `RECURRENCE-ID;RANGE=THISANDFUTURE:${id}T080000Z\nDTSTART:${to}T090000Z\nDURATION:PT1H`,
      );
    expect(weekly("20270308", "20270318")).toEqual(["2027-03-25T09:00Z/10:00Z", "2027-04-01T09:00Z/10:00Z"]);
    expect(weekly("20270405", "20270326")).toEqual([
      ...["2027-03-22T08:00Z/09:00Z", "2027-03-26T09:00Z/10:00Z"],
      ...["2027-03-29T08:00Z/09:00Z", "2027-04-02T09:00Z/10:00Z"],
    ]);
  });

  it("have more dates by RDATE, with ends of their own, and fewer by EXDATE and EXRULE", () => {
    const once = "DTSTART;TZID=Europe/Berlin:20270322T090000\nDURATION:PT1H\n";
    expect(busyAt(`${once}RDATE:20270324T080000Z,20270325T080000Z\nRDATE;VALUE=PERIOD:20270326T080000Z/PT5M`)).toEqual([
      ...[
        "2027-03-22T08:00Z/09:00Z",
        "2027-03-24T08:00Z/09:00Z",
        "2027-03-25T08:00Z/09:00Z",
        "2027-03-26T08:00Z/08:05Z",
      ],
    ]);
    expect(busyAt(`${daily}\nEXDATE:20270325T080000Z,20270328T070000Z`)).toHaveLength(3);
    expect(busyAt(`${daily}\nEXDATE;VALUE=DATE:20270325,20270328`)).toHaveLength(3);
    expect(busyAt(`${daily}\nEXDATE;TZID=America/New_York:20270325T040000`)).toHaveLength(4);
    expect(busyAt(`${daily}\nEXDATE:20270325T090000Z`)).toHaveLength(5);
    expect(busyAt(`${daily}\nEXRULE:FREQ=DAILY;INTERVAL=2`)).toHaveLength(3);
    expect(busyAt("DTSTART;VALUE=DATE:20270325\nRRULE:FREQ=DAILY;COUNT=5\nEXDATE:20270327T120000")).toEqual([
      "2027-03-24T23:00Z/2027-03-26T23:00Z",
      "2027-03-27T23:00Z/2027-03-29T22:00Z",
    ]);
  });

  it("of RDATE last until their own ends, however long before the window they begin", () => {
    const once = "DTSTART:20270301T080000Z\nDURATION:PT1H\n";
    const dates = "RDATE;VALUE=PERIOD:20270318T000000Z/P10D,20250101T000000Z/20250601T000000Z";
    expect(busyAt(`${once}${dates}`)).toEqual(["2027-03-18T00:00Z/2027-03-28T00:00Z"]);
    expect(busyAt(`${once}${dates}\nEXDATE:20270318T000000Z`)).toEqual([]);
    const midnights = "DTSTART:20270301T000000Z\nDURATION:PT1H\nEXRULE:FREQ=DAILY;COUNT=20\n";
    expect(busyAt(`${midnights}${dates}`)).toEqual([]);
    expect(busyAt(`${once}RDATE;VALUE=PERIOD:20240318T000000Z/20270323T000000Z`)).toEqual([
      "2024-03-18T00:00Z/2027-03-23T00:00Z",
    ]);
  });

  it("of whole days are left out by a time in UTC on the day that it is by your clocks", () => {
    const days = (exception: string, window = march) =>
      busyIn(calendarOf(eventOf(`DTSTART;VALUE=DATE:20270322\nRRULE:FREQ=DAILY;UNTIL=20270326\n${exception}`)), window);
    const without24 = ["2027-03-21T23:00Z/2027-03-23T23:00Z", "2027-03-24T23:00Z/2027-03-26T23:00Z"];
    expect(days("EXDATE:20270323T230000Z")).toEqual(without24);
    expect(days("EXDATE:20270324T120000Z")).toEqual(without24);
    expect(days("EXDATE;TZID=Asia/Tokyo:20270324T000000")).toEqual(without24);
    expect(days("EXDATE;TZID=America/New_York:20270323T190000")).toEqual(without24);
    const newYork = { ...march, timeZone: "America/New_York" };
    for (const evening of ["20270324T040000Z", "20270325T010000Z"]) {
      expect(days(`EXDATE:${evening}`, newYork), evening).toEqual([
        "2027-03-22T04:00Z/2027-03-24T04:00Z",
        "2027-03-25T04:00Z/2027-03-27T04:00Z",
      ]);
    }
    const moved = eventOf("RECURRENCE-ID:20270323T230000Z\nDTSTART:20270401T080000Z\nDURATION:PT1H");
    const series = eventOf("DTSTART;VALUE=DATE:20270322\nRRULE:FREQ=DAILY;UNTIL=20270326");
    expect(busyIn(calendarOf(series, moved))).toEqual([...without24, "2027-04-01T08:00Z/09:00Z"]);
  });

  it("of whole days end with an UNTIL in UTC on the later of the days that it may mean, and are left out to the earlier one", () => {
    const days = (rules: string, timeZone: string) =>
      busyIn(calendarOf(eventOf(`DTSTART;VALUE=DATE:20270322\n${rules}`)), { ...march, timeZone });
    const zones = ["Europe/Berlin", "America/New_York", "America/Los_Angeles", "Pacific/Kiritimati"];
    for (const timeZone of zones) {
      const until = (text: string) => days(`RRULE:FREQ=DAILY;UNTIL=${text}`, timeZone);
      const [first25, first26] = [until("20270325"), until("20270326")];
      expect(until("20270325T000000Z")).toEqual(first25);
      expect(until("20270325T120000Z")).toEqual(timeZone === "Pacific/Kiritimati" ? first26 : first25);
      expect(until("20270325T235959Z")).toEqual(timeZone.startsWith("America") ? first25 : first26);
    }
    const left = (until: string) =>
      days(`RRULE:FREQ=DAILY;COUNT=5\nEXRULE:FREQ=DAILY;UNTIL=${until}`, "America/New_York");
    expect(left("20270324T000000Z")).toEqual(left("20270323"));
  });

  it("end with UNTIL, whether it is an instant, a time of the clock, or a day", () => {
    const until = (text: string) => busyAt(daily.replace("COUNT=5", `UNTIL=${text}`)).length;
    expect(until("20270328T070000Z")).toBe(4);
    expect(until("20270328T065959Z")).toBe(3);
    expect(until("20270328T090000")).toBe(4);
    expect(until("20270328T085959")).toBe(3);
    expect(until("20270328")).toBe(4);
    expect(until("20270324")).toBe(1);
  });

  it("that overlap or meet are one", () => {
    const at = (from: string, to: string) => `DTSTART:20270322T${from}00Z\nDTEND:20270322T${to}00Z`;
    expect(busyAt(at("0800", "0900"), at("0830", "0930"), at("0930", "1000"), at("1001", "1100"))).toEqual([
      "2027-03-22T08:00Z/10:00Z",
      "2027-03-22T10:01Z/11:00Z",
    ]);
  });

  it("of several calendars in one text count together", () => {
    const two =
      calendarOf(eventOf("DTSTART:20270322T080000Z\nDURATION:PT1H")) +
      calendarOf(eventOf("DTSTART:20270323T080000Z\nDURATION:PT1H"));
    expect(busyIn(`\uFEFF${two.replaceAll("\r\n", "\n")}`)).toHaveLength(2);
  });
});
