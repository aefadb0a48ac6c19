import type { LocalTime } from "@slotwright/core";
import { instantSchema } from "@slotwright/core/schemas";
import { expect, it } from "vitest";
import { requestOf } from "../src/calls/routes.ts";
import { epochMsOf, localText } from "../src/instants.ts";
import { scopeOf } from "../src/store/scope.ts";

/** Zones whose clocks skip or show twice an hour, half an hour, midnight, and a whole day; and one without changes. */
const zones = [
  ["Europe/Berlin", "2027-03-28", "2027-10-31"],
  ["Australia/Lord_Howe", "2027-04-04", "2027-10-03"],
  ["America/Santiago", "2027-04-03", "2027-09-05"],
  ["Pacific/Apia", "2011-12-30", "2011-12-31"],
  ["Asia/Kolkata", "2027-03-28", "1945-10-15"],
] as const;

const words = ["earlier", "later", "compatible"] as const;

it.each(zones)("the client means the same instant by a local time of %s as the engine", (timeZone, ...dates) => {
  for (const date of dates) {
    for (let minute = 0; minute < 1440; minute += 30) {
      const local = `${date}T${new Date(minute * 60_000).toISOString().slice(11, 16)}`;
      for (const disambiguation of words) {
        const time = { local, timeZone, disambiguation };
        for (const form of [time, localText(time)]) expect(epochMsOf(form)).toBe(instantSchema.parse(form).getTime());
      }
      const strict = instantSchema.safeParse({ local, timeZone });
      expect(epochMsOf({ local, timeZone }, "reject")).toBe(strict.data?.getTime() ?? Number.NaN);
    }
  }
});

it("all other forms of an instant mean the same, too", () => {
  for (const form of [
    "2027-03-28T09:00:00+02:00",
    "2027-03-28T09:00:00+02:00[Europe/Berlin]",
    "2027-03-28T07:00:00Z[Europe/Berlin][u-ca=gregory]",
    new Date("2027-03-28T07:00:00Z"),
    { epochNanoseconds: 1_806_217_200_000_000_000n, [Symbol.toStringTag]: "Temporal.ZonedDateTime" } as const,
  ]) {
    expect(new Date(epochMsOf(form)).toISOString()).toBe("2027-03-28T07:00:00.000Z");
    expect(instantSchema.parse(form).getTime()).toBe(epochMsOf(form));
  }
});

it("a local time is sent in a body as it is, and in a query with its zone in brackets", () => {
  const start: LocalTime = { local: "2027-10-31T02:30", timeZone: "Europe/Berlin", disambiguation: "later" };
  expect(JSON.parse(requestOf("book", { start }).body ?? "")).toEqual({ start });
  const query = new URLSearchParams(requestOf("findOpen", { from: start }).path.split("?")[1]);
  expect(query.get("from")).toBe("2027-10-31T02:30[Europe/Berlin][disambiguation=later]");
  expect(instantSchema.parse(query.get("from"))).toEqual(instantSchema.parse(start));
});

it("a list says at once that it needs instants", () => {
  const to = "2027-11-01T00:00[Europe/Berlin]";
  const listFrom = (from: LocalTime) => scopeOf("slot", { from, to });
  const local = { local: "2027-10-31T02:30", timeZone: "Europe/Berlin" };
  expect(() => listFrom(local)).toThrow(RangeError);
  expect(listFrom({ ...local, disambiguation: "earlier" }).to).toBe(Date.parse("2027-10-31T23:00:00Z"));
});
