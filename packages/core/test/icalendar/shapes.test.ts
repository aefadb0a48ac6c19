import { describe, expect, it } from "vitest";
import { busyIn, calendarOf, eventOf, march } from "./calendars.ts";

/** As Google Calendar exports it: rules from 1970 on, and the day in UTC of those that are floating. */
const google = calendarOf(
  `X-WR-CALNAME:Dr. Weber
   X-WR-TIMEZONE:Europe/Berlin
   BEGIN:VTIMEZONE
   TZID:Europe/Berlin
   X-LIC-LOCATION:Europe/Berlin
   BEGIN:DAYLIGHT
   TZOFFSETFROM:+0100
   TZOFFSETTO:+0200
   TZNAME:CEST
   DTSTART:19700329T020000
   RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
   END:DAYLIGHT
   BEGIN:STANDARD
   TZOFFSETFROM:+0200
   TZOFFSETTO:+0100
   TZNAME:CET
   DTSTART:19701025T030000
   RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
   END:STANDARD
   END:VTIMEZONE
   BEGIN:VEVENT
   DTSTART;TZID=Europe/Berlin:20270301T090000
   DTEND;TZID=Europe/Berlin:20270301T100000
   RRULE:FREQ=WEEKLY;WKST=MO;UNTIL=20270405T215959Z;BYDAY=MO
   EXDATE;TZID=Europe/Berlin:20270322T090000
   DTSTAMP:20270301T120000Z
   UID:surgery@google.com
   STATUS:CONFIRMED
   SUMMARY:Surgery
   TRANSP:OPAQUE
   BEGIN:VALARM
   ACTION:DISPLAY
   TRIGGER:-P0DT0H30M0S
   DURATION:PT15M
   REPEAT:2
   END:VALARM
   END:VEVENT
   BEGIN:VEVENT
   DTSTART;TZID=Europe/Berlin:20270330T140000
   DTEND;TZID=Europe/Berlin:20270330T153000
   UID:surgery@google.com
   RECURRENCE-ID;TZID=Europe/Berlin:20270329T090000
   STATUS:CONFIRMED
   END:VEVENT
   BEGIN:VEVENT
   DTSTART;VALUE=DATE:20270326
   DTEND;VALUE=DATE:20270327
   UID:holiday@google.com
   SUMMARY:Good Friday\\, closed; see <https://example.org/a:b>
   END:VEVENT
   BEGIN:VEVENT
   DTSTART;VALUE=DATE:20270324
   DTEND;VALUE=DATE:20270325
   UID:birthday@google.com
   TRANSP:TRANSPARENT
   END:VEVENT`,
);

/** As Outlook and Exchange write it: zones by the names of Windows, whose rules begin in 1601, and folded lines. */
const outlook = calendarOf(
  `METHOD:PUBLISH
   BEGIN:VTIMEZONE
   TZID:W. Europe Standard Time
   BEGIN:STANDARD
   DTSTART:16010101T030000
   TZOFFSETFROM:+0200
   TZOFFSETTO:+0100
   RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
   END:STANDARD
   BEGIN:DAYLIGHT
   DTSTART:16010101T020000
   TZOFFSETFROM:+0100
   TZOFFSETTO:+0200
   RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
   END:DAYLIGHT
   END:VTIMEZONE
   BEGIN:VEVENT
   RRULE:FREQ=DAILY;UNTIL=20270330T063000Z;INTERVAL=2
   EXDATE;TZID=W. Europe Standard Time:20270324T083000
   SUMMARY;LANGUAGE=de-de:Besprechung
   DTSTART;TZID=W. Europe Standard Time:20270322T083000
   DTEND;TZID=W. Europe Standard Time:20270322T091500
   UID:040000008200E00074C5B7101A82E008
   CLASS:PUBLIC
   PRIORITY:5
   TRANSP:OPAQUE
   STATUS:CONFIRMED
   X-MICROSOFT-CDO-BUSYSTATUS:BUSY
   END:VEVENT
   BEGIN:VEVENT
   SUMMARY:
   DTSTART;TZID="W. Europe Standard Time":20270327T233000
   DTEND;TZID="W. Europe Standard Time":20270328T043000
   UID:040000008200E00074C5B7101A82E009
   X-MICROSOFT-CDO-ALLDAYEVENT:FALSE
   END:VEVENT`,
);

/** As Apple's Calendar writes it: changes of history with an UNTIL, and those that split a series. */
const apple = calendarOf(
  `CALSCALE:GREGORIAN
   BEGIN:VTIMEZONE
   TZID:America/New_York
   BEGIN:DAYLIGHT
   TZOFFSETFROM:-0500
   RRULE:FREQ=YEARLY;UNTIL=20060402T070000Z;BYMONTH=4;BYDAY=1SU
   DTSTART:19870405T020000
   TZNAME:EDT
   TZOFFSETTO:-0400
   END:DAYLIGHT
   BEGIN:DAYLIGHT
   TZOFFSETFROM:-0500
   RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
   DTSTART:20070311T020000
   TZNAME:EDT
   TZOFFSETTO:-0400
   END:DAYLIGHT
   BEGIN:STANDARD
   TZOFFSETFROM:-0400
   RRULE:FREQ=YEARLY;UNTIL=20061029T060000Z;BYMONTH=10;BYDAY=-1SU
   DTSTART:19871025T020000
   TZNAME:EST
   TZOFFSETTO:-0500
   END:STANDARD
   BEGIN:STANDARD
   TZOFFSETFROM:-0400
   RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
   DTSTART:20071104T020000
   TZNAME:EST
   TZOFFSETTO:-0500
   END:STANDARD
   END:VTIMEZONE
   BEGIN:VEVENT
   CREATED:20270101T000000Z
   UID:5A3E5C1C-0E0F-4C58-9A53-3D2B3D1C1D10
   RRULE:FREQ=WEEKLY;COUNT=8;BYDAY=TU,TH
   DTSTART;TZID=America/New_York:20270311T170000
   DTEND;TZID=America/New_York:20270311T180000
   TRANSP:OPAQUE
   SEQUENCE:1
   END:VEVENT
   BEGIN:VEVENT
   UID:5A3E5C1C-0E0F-4C58-9A53-3D2B3D1C1D10
   RECURRENCE-ID;TZID=America/New_York:20270330T170000
   DTSTART;TZID=America/New_York:20270330T190000
   DTEND;TZID=America/New_York:20270330T200000
   STATUS:CANCELLED
   END:VEVENT
   BEGIN:VEVENT
   UID:birthday
   DTSTART;VALUE=DATE:16040401
   DTEND;VALUE=DATE:16040402
   RRULE:FREQ=YEARLY
   X-APPLE-DEFAULT-ALARM:TRUE
   END:VEVENT`,
);

const isoDay = (day: string) => `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;

describe("calendars as they are exported", () => {
  it("Google's: a series with an exception and a moved occurrence, and whole days", () => {
    expect(busyIn(google)).toEqual(["2027-03-25T23:00Z/2027-03-26T23:00Z", "2027-03-30T12:00Z/13:30Z"]);
    const week = { ...march, from: "2027-03-15T00:00:00Z", until: "2027-04-19T00:00:00Z" };
    expect(busyIn(google, week)).toContain("2027-03-15T08:00Z/09:00Z");
    expect(busyIn(google, week)).toContain("2027-04-05T07:00Z/08:00Z");
    expect(busyIn(google, week)).toHaveLength(4);
  });

  it("Outlook's: zones by the names of Windows, which the calendar defines", () => {
    expect(busyIn(outlook)).toEqual([
      "2027-03-22T07:30Z/08:15Z",
      "2027-03-26T07:30Z/08:15Z",
      "2027-03-27T22:30Z/2027-03-28T02:30Z",
      "2027-03-28T06:30Z/07:15Z",
      "2027-03-30T06:30Z/07:15Z",
    ]);
  });

  it("Apple's: zones with their history, a cancelled occurrence, and a birthday of a year that nobody knows", () => {
    expect(busyIn(apple)).toEqual([
      "2027-03-23T21:00Z/22:00Z",
      "2027-03-25T21:00Z/22:00Z",
      // With the eighth of the series in it.
      "2027-03-31T22:00Z/2027-04-01T22:00Z",
    ]);
    const before = { ...march, from: "2027-03-10T00:00:00Z", until: "2027-03-20T00:00:00Z" };
    expect(busyIn(apple, before)).toEqual([
      "2027-03-11T22:00Z/23:00Z",
      "2027-03-16T21:00Z/22:00Z",
      "2027-03-18T21:00Z/22:00Z",
    ]);
  });

  it("a zone that the calendar defines shows what the IANA zone shows, on the nights of its changes as well", () => {
    for (const day of ["20270327", "20270328", "20271030", "20271031"]) {
      const window = { ...march, from: `${isoDay(day)}T00:00:00Z`, until: "2027-11-07T00:00:00Z" };
      const starts = Array.from({ length: 24 }, (_, hour) => `${day}T${String(hour).padStart(2, "0")}`);
      for (const start of starts.flatMap((hour) => [`${hour}0000`, `${hour}3000`])) {
        const at = (zone: string) => eventOf(`DTSTART;TZID=${zone}:${start}\nDURATION:PT10M`, start);
        const ofCalendar = outlook.replace(/BEGIN:VEVENT[\s\S]*END:VEVENT/, at("W. Europe Standard Time"));
        expect(busyIn(ofCalendar, window), start).toEqual(busyIn(calendarOf(at("Europe/Berlin")), window));
      }
    }
  });

  it("before the first change that a zone defines, its clocks are as this one finds them", () => {
    const zone = "BEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\nDTSTART:20270325T000000\nTZOFFSETFROM:-0330";
    const defined = `${zone}\nTZOFFSETTO:+0545\nEND:STANDARD\nEND:VTIMEZONE`;
    const daily = eventOf("DTSTART;TZID=Own:20270324T120000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2");
    expect(busyIn(calendarOf(defined, daily))).toEqual(["2027-03-24T15:30Z/16:30Z", "2027-03-25T06:15Z/07:15Z"]);
  });

  it("a name that no VTIMEZONE defines means the IANA zone of this name, or the one that you say", () => {
    const at = (zone: string) => calendarOf(eventOf(`DTSTART;TZID=${zone}:20270322T090000\nDURATION:PT1H`));
    expect(busyIn(at("Europe/Berlin"))).toEqual(["2027-03-22T08:00Z/09:00Z"]);
    expect(busyIn(at("Asia/Kolkata"))).toEqual(["2027-03-22T03:30Z/04:30Z"]);
    const said = { ...march, timeZones: { "India Standard Time": "Asia/Kolkata" } };
    expect(busyIn(at("India Standard Time"), said)).toEqual(["2027-03-22T03:30Z/04:30Z"]);
  });

  it("free/busy times, but not those that are free", () => {
    const text = calendarOf(
      `BEGIN:VFREEBUSY
       UID:free-busy
       DTSTART:20270301T000000Z
       DTEND:20270430T000000Z
       FREEBUSY;FBTYPE=BUSY:20270322T080000Z/PT1H,20270322T083000Z/20270322T093000Z
       FREEBUSY:20270323T080000Z/20270323T090000Z
       FREEBUSY;FBTYPE=BUSY-TENTATIVE:20270324T080000Z/PT15M
       FREEBUSY;FBTYPE=FREE:20270325T080000Z/PT8H
       FREEBUSY;FBTYPE=BUSY:20270505T080000Z/PT1H
       END:VFREEBUSY`,
    );
    expect(busyIn(text)).toEqual(["2027-03-22T08:00Z/09:30Z", "2027-03-23T08:00Z/09:00Z", "2027-03-24T08:00Z/08:15Z"]);
  });
});
