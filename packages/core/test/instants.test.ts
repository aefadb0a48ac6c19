import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import { instantSchema } from "../src/schemas/index.ts";

describe("an instant", () => {
  it("is taken from a Temporal.Instant to the millisecond, and refused where it is finer", () => {
    const instant = Temporal.Instant.from("2026-03-02T09:00:00.123Z");
    expect(instantSchema.parse(instant).toISOString()).toBe("2026-03-02T09:00:00.123Z");
    expect(instantSchema.safeParse(instant.add({ nanoseconds: 1 })).success).toBe(false);
    expect(instantSchema.safeParse(Temporal.PlainDateTime.from("2026-03-02T09:00")).success).toBe(false);
  });

  it.each([
    ["2026-03-29T02:30:00+01:00", "2026-03-29T01:30:00.000Z"],
    ["2024-02-29T23:59:59.9-11:30", "2024-03-01T11:29:59.900Z"],
    ["2026-03-02t09:00:00.1200z", "2026-03-02T09:00:00.120Z"],
    ["2026-01-01T00:00:00-00:00", "2026-01-01T00:00:00.000Z"],
  ])("is taken from %s", (text, expected) => {
    expect(instantSchema.parse(text).toISOString()).toBe(expected);
  });

  it.each([
    "2026-03-02T09:00Z",
    "2026-03-02 09:00:00Z",
    "2026-3-2T09:00:00Z",
    "20260302T090000Z",
    "2026-03-02T09:00:00+0100",
    "2026-03-02T09:00:00+24:00",
    "2026-03-02T09:00:00+01:60",
    "2026-02-29T09:00:00Z",
    "2026-03-02T23:59:60Z",
    "+002026-03-02T09:00:00Z",
    "2026-03-02T09:00:00.Z",
    "",
    "now",
  ])("is refused where the text is %s", (text) => {
    expect(instantSchema.safeParse(text).success).toBe(false);
  });
});
