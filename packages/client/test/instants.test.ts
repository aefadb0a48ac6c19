import type { LocalTime, TemporalZonedDateTime } from "@slotwright/core";
import { instantSchema } from "@slotwright/core/schemas";
import { expect, it } from "vitest";
import { withDates } from "../src/calls/dates.ts";
import { requestOf } from "../src/calls/routes.ts";
import { effectOf } from "../src/store/effects.ts";
import { scopeOf } from "../src/store/scope.ts";

it("a local time is sent as it is: an object in a body, a text in a query", () => {
  const start: LocalTime = { local: "2027-10-31T02:30", timeZone: "Europe/Berlin", disambiguation: "later" };
  expect(JSON.parse(requestOf("book", { start }).body ?? "")).toEqual({ start });
  const from = "2027-10-31T02:30[Europe/Berlin][disambiguation=later]";
  const query = new URLSearchParams(requestOf("findOpen", { from }).path.split("?")[1]);
  expect(query.get("from")).toBe(from);
  expect(instantSchema.parse(from)).toEqual(instantSchema.parse(start));
});

it("a list says at once that it needs instants", () => {
  const to = new Date("2027-11-01T00:00:00Z");
  expect(() => scopeOf("slot", { from: "2027-10-31T02:30[Europe/Berlin]", to })).toThrow(RangeError);
  const text = "2027-03-28T07:00:00Z";
  const kind = { epochNanoseconds: 1_806_217_200_000_000_000n, [Symbol.toStringTag]: "Temporal.Instant" } as const;
  const instant = { ...kind, toJSON: () => text };
  expect(new Date(scopeOf("slot", { from: instant, to }).from).toISOString()).toBe("2027-03-28T07:00:00.000Z");
});

const zoned = (text: string): TemporalZonedDateTime => {
  const epochNanoseconds = BigInt(Date.parse(text.replace(/\[.*/, ""))) * 1_000_000n;
  return { epochNanoseconds, [Symbol.toStringTag]: "Temporal.ZonedDateTime", ...{ toJSON: () => text } };
};

it("a list takes a time with its offset and its zone, as an object of Temporal or as its text", () => {
  const [from, to] = ["2027-03-28T09:00:00+02:00[Europe/Berlin]", "2027-03-28T09:00:00Z[UTC][u-ca=gregory]"];
  const bounds = { from: Date.UTC(2027, 2, 28, 7), to: Date.UTC(2027, 2, 28, 9) };
  expect(scopeOf("slot", { from, to })).toMatchObject(bounds);
  expect(scopeOf("slot", { from: zoned(from), to: zoned(to) })).toMatchObject(bounds);
});

it.each([
  ["2027-03-28t07:00:00z"],
  ["2027-03-28T07:00:00z"],
  ["2027-03-28t09:00:00+02:00"],
  ["2027-03-28t09:00:00+02:00[Europe/Berlin]"],
])("a list takes %s, as the server does", (from) => {
  const expected = Date.UTC(2027, 2, 28, 7);
  expect(scopeOf("slot", { from, to: new Date(expected + 1) }).from).toBe(expected);
  expect(instantSchema.parse(from).getTime()).toBe(expected);
});

it.each([
  ["2027-10-31T02:30[Europe/Berlin]"],
  ["2027-10-31T02:30:00[Europe/Berlin]"],
  ["2027-10-31T02:30:00[+01:00]"],
  ["2027-10-31T02:30:00"],
  [{ local: "2027-10-31T02:30", timeZone: "Europe/Berlin" }],
  [new Date(Number.NaN)],
  ["tomorrow"],
])("the error of a list with %j says what it needs", (from) => {
  expect(() => scopeOf("slot", { from: from as string, to: new Date() })).toThrow(/^from and to must be instants/);
});

it("makes dates of the instants of answers that few have", () => {
  const text = "2027-03-28T07:00:00.000Z";
  expect(withDates({ nextFrom: text, newStart: text, newEnd: text, date: "2027-03-28" })).toEqual({
    ...{ nextFrom: new Date(text), newStart: new Date(text), newEnd: new Date(text) },
    date: "2027-03-28",
  });
});

it("leaves what is JSON in the engine's answers as it is", () => {
  const json = { start: "2027-03-28T07:00:00.000Z", until: "2027-03-28T08:00:00.000Z" };
  for (const name of ["metadata", "changes", "values"]) expect(withDates({ [name]: json })).toEqual({ [name]: json });
});

it.each([
  ["an instant", "2027-03-28T07:00:00Z", 1],
  ["a time with offset and zone", "2027-03-28T07:00:00+02:00[Europe/Berlin]", 1],
  ["a local time", { local: "2027-03-28T09:00", timeZone: "Europe/Berlin" }, 0],
  ["a local time as text", "2027-03-28T09:00[Europe/Berlin]", 0],
])("of a booking at %s, the client foresees what it can", (_, start, count) => {
  const input = { appointmentId: "a", subjectId: "s", providerId: "p", facilityId: "f", ifNoSlot: "schedule" };
  const end = typeof start === "string" ? start.replace("07", "08").replace("09", "10") : start;
  const command = { key: "k", name: "book", input: { ...input, start, end }, slotIds: [], at: 0, error: null } as const;
  const nobody = { slot: () => undefined, appointment: () => undefined };
  expect(effectOf(command as never, nobody as never, 0)).toHaveLength(count);
});
