import { describe, expect, it } from "vitest";
import type { Appointment, Slot } from "../src/index.ts";
import type { Context, Seen } from "../src/rules/decision.ts";
import { repair } from "../src/rules/repair.ts";

const now = new Date("2026-03-01T00:00:00Z");
const times = { start: now, end: new Date("2026-03-01T01:00:00Z"), createdAt: now, updatedAt: now, metadata: {} };
const place = { providerId: "p", facilityId: "f" };
const slot: Slot = {
  kind: "slot",
  id: "s",
  scheduleId: "sched",
  ...place,
  ...times,
  seat: 0,
  status: "booked",
  appointmentId: "a",
  hold: null,
  version: 4,
};
const cancelled: Appointment = {
  kind: "appointment",
  id: "a",
  subjectId: "x",
  ...place,
  ...times,
  providerIds: ["p"],
  status: "cancelled",
  slotIds: [],
  version: 7,
};
const context = {
  now,
  command: { name: "repair", id: "c" },
  actor: { kind: "k", id: "i" },
  reason: null,
  overlapScope: "facility",
  newId: () => "id",
  newToken: () => "token",
  hash: (text: string) => text,
} satisfies Context;
const seeing = (appointment: Appointment | undefined): Seen => ({
  schedule: () => undefined,
  slot: () => slot,
  appointment: () => appointment,
  found: [],
});
const command = { actor: context.actor, record: { kind: "slot", id: "s" } } as const;

describe("a repair", () => {
  it.each([
    ["an ended appointment", cancelled, 7],
    ["a missing appointment", undefined, 0],
  ])("of a slot that names %s holds only while that is so", (_name, appointment, version) => {
    expect(repair.decide(command, seeing(appointment), context)).toMatchObject({
      expect: [
        { key: { kind: "slot", id: "s" }, version: 4 },
        { key: { kind: "appointment", id: "a" }, version },
      ],
      put: [{ status: "available", appointmentId: null, version: 5 }],
    });
  });
});
