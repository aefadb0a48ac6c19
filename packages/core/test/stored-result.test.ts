import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { resultOf, storedResult } from "../src/engine/stored-result.ts";
import {
  type Appointment,
  appointmentStatuses,
  type Json,
  type Schedule,
  type Slot,
  slotStatuses,
} from "../src/index.ts";

const text = fc.string({ unit: "binary" });
const instant = fc.date({ noInvalidDate: true });
const names = fc.oneof(text, fc.constantFrom("__proto__", "slot", "kind", "createdAt"));
// Without -0, which JSON has not, and a command's input has lost by then.
const json = fc.jsonValue().map((one) => JSON.parse(JSON.stringify(one)) as Json);
const metadata = fc.dictionary(names, json, { noNullPrototype: true });
const stamps = { version: fc.nat(), createdAt: instant, updatedAt: instant };
const place = { id: text, providerId: text, facilityId: text };

const slot: fc.Arbitrary<Slot> = fc.record({
  ...{ kind: fc.constant("slot" as const), ...place, ...stamps, scheduleId: text, seat: fc.nat() },
  ...{ start: instant, end: instant, status: fc.constantFrom(...slotStatuses), metadata },
  appointmentId: fc.option(text),
  hold: fc.option(fc.record({ tokenHash: text, expiresAt: instant, holderId: fc.option(text) })),
});
const wish = { slotId: text, start: instant, end: instant };
const appointment: fc.Arbitrary<Appointment> = fc.record({
  ...{ kind: fc.constant("appointment" as const), ...place, ...stamps, subjectId: text },
  ...{ start: instant, end: instant, status: fc.constantFrom(...appointmentStatuses), metadata },
  slotIds: fc.array(text),
  providerIds: fc.array(text),
  request: fc.option(
    fc.record({
      wishes: fc.array(fc.record(wish)),
      heldUntil: fc.option(instant),
      expiresAt: fc.option(instant),
      offer: fc.option(fc.record({ ...wish, expiresAt: instant })),
    }),
  ),
});
const schedule: fc.Arbitrary<Schedule> = fc.record({
  ...{ kind: fc.constant("schedule" as const), ...place, ...stamps, timeZone: text },
  facilityId: fc.option(text),
});
const record = fc.oneof(slot, appointment, schedule);
const fault = { kind: "slot_overlap", invariant: 2, records: [{ kind: "slot", id: "a" }] };
const alike = slot.chain((one) =>
  fc.array(fc.record({ id: text, start: instant, metadata }).map((own) => ({ ...one, ...own }))),
);
const value = fc.oneof(
  record,
  fc.array(record),
  fc.array(slot),
  alike,
  text,
  fc.nat(),
  fc.constantFrom([fault], [], null),
);

it("a result is after the way through its storage what it was before, whatever its records hold", () => {
  fc.assert(
    fc.property(fc.dictionary(text, value, { noNullPrototype: true }), (result) => {
      expect(resultOf(JSON.parse(JSON.stringify(storedResult(result))))).toEqual(result);
    }),
  );
});

describe("what is stored stays readable: these are answers of commands as tables hold them", () => {
  const stamps = [3, 1_767_344_400_000, 1_767_348_000_000];
  const times = [1_767_430_800_000, 1_767_432_600_000];
  const dates = { createdAt: new Date(1_767_344_400_000), updatedAt: new Date(1_767_348_000_000) };
  const between = { start: new Date(1_767_430_800_000), end: new Date(1_767_432_600_000) };
  const free = {
    kind: "slot",
    id: "slot",
    scheduleId: "line",
    providerId: "dr",
    facilityId: "north",
    seat: 1,
    ...between,
  };
  const held = { status: "held", appointmentId: null };
  const rest = { metadata: { room: 7 }, version: 3, ...dates };
  const expiresAt = new Date(1_767_348_060_000);

  it.each([
    [
      "a booked slot",
      { slot: ["slot", "line", "dr", "north", 1, ...times, "booked", "appointment", null, { room: 7 }, ...stamps] },
      { ...free, status: "booked", appointmentId: "appointment", hold: null, ...rest },
    ],
    [
      "a held slot",
      { slot: ["slot", "line", "dr", "north", 1, ...times, "held", null, ["ab", 1_767_348_060_000], {}, ...stamps] },
      { ...free, ...held, hold: { tokenHash: "ab", expiresAt, holderId: null }, ...rest, metadata: {} },
    ],
    [
      "a slot that a holder with an id holds",
      {
        slot: [
          "slot",
          "line",
          "dr",
          "north",
          1,
          ...times,
          "held",
          null,
          ["ab", 1_767_348_060_000, "ada"],
          {},
          ...stamps,
        ],
      },
      { ...free, ...held, hold: { tokenHash: "ab", expiresAt, holderId: "ada" }, ...rest, metadata: {} },
    ],
    [
      "an appointment",
      {
        appointment: [
          "app",
          "p-1",
          "dr",
          "north",
          ...times,
          "confirmed",
          ["slot"],
          { room: 7 },
          ...stamps,
          ["dr", "room"],
          null,
        ],
      },
      {
        ...{ kind: "appointment", id: "app", subjectId: "p-1", providerId: "dr", facilityId: "north", ...between },
        ...{ status: "confirmed", slotIds: ["slot"], providerIds: ["dr", "room"], request: null, ...rest },
      },
    ],
    [
      "an appointment that waits",
      {
        appointment: [
          ...["app", "p-1", "dr", "north", ...times, "scheduled", [], {}, ...stamps, ["dr"]],
          {
            wishes: [{ slotId: "slot", start: "2026-01-03T09:00:00.000Z", end: "2026-01-03T09:30:00.000Z" }],
            heldUntil: null,
            expiresAt: "2026-01-02T10:01:00.000Z",
            offer: null,
          },
        ],
      },
      {
        ...{ kind: "appointment", id: "app", subjectId: "p-1", providerId: "dr", facilityId: "north", ...between },
        ...{ status: "scheduled", slotIds: [], providerIds: ["dr"], ...rest, metadata: {} },
        request: { wishes: [{ slotId: "slot", ...between }], heldUntil: null, expiresAt, offer: null },
      },
    ],
    [
      "a schedule",
      { schedule: ["line", "dr", null, "Europe/Berlin", ...stamps] },
      {
        kind: "schedule",
        id: "line",
        providerId: "dr",
        facilityId: null,
        timeZone: "Europe/Berlin",
        version: 3,
        ...dates,
      },
    ],
  ])("%s", (_name, stored, record) => {
    expect(resultOf({ record: stored, list: [stored] })).toEqual({ record, list: [record] });
    expect(storedResult({ record, list: [record] })).toEqual({ record: stored, list: [stored] });
  });

  it("slots that have much in common, and slots without", () => {
    const values = ["slot", "line", "dr", "north", 1, ...times, "available", null, null, {}, ...stamps];
    const one = { ...free, status: "available", appointmentId: null, hold: null, ...rest, metadata: {} };
    const later = new Date(1_767_434_400_000);
    const slots = [one, { ...one, id: "two", start: between.end, end: later }, { ...one, metadata: { room: 7 } }];
    const stored = {
      first: { slot: values },
      differing: [0, 5, 6, 10],
      others: [
        ["two", times[1], later.getTime(), {}],
        ["slot", ...times, { room: 7 }],
      ],
    };
    expect(resultOf({ slots: stored })).toEqual({ slots });
    expect(storedResult({ slots })).toEqual({ slots: stored });
    expect(resultOf({ slots: [{ slot: values }, { slot: values }] })).toEqual({ slots: [one, one] });
    const [first, second] = (
      resultOf({ slots: stored }) as { readonly slots: readonly { readonly metadata: object }[] }
    ).slots;
    expect(first?.metadata).not.toBe(second?.metadata);
  });
});
