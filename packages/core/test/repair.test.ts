import { describe, expect, it } from "vitest";
import type { Appointment, Slot } from "../src/index.ts";
import { newSlot } from "../src/model/slot.ts";
import type { Context, Decided, Seen } from "../src/rules/decision.ts";
import { repair } from "../src/rules/repair.ts";

const now = new Date("2026-03-01T00:00:00Z");
const times = { start: now, end: new Date("2026-03-01T01:00:00Z"), createdAt: now, updatedAt: now, metadata: {} };
const place = { providerId: "p", facilityId: "f" };
const slot: Slot = {
  ...newSlot({ id: "s", scheduleId: "sched", ...place, ...times, seat: 0 }, now),
  status: "booked",
  appointmentId: "a",
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
  request: null,
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
const seeing = (appointment: Appointment | undefined, ...slots: readonly Slot[]): Seen => ({
  schedule: () => undefined,
  slot: (id) => [slot, ...slots].find((one) => one.id === id),
  appointment: () => appointment,
  availability: () => undefined,
  found: [],
});
const command = { actor: context.actor, record: { kind: "slot", id: "s" } } as const;
const freed = { kind: "slot", status: "available", appointmentId: null } as const;

describe("a repair of a slot", () => {
  it("that names an ended appointment gives that a new version, with an entry in the journal", () => {
    expect(repair.decide(command, seeing(cancelled), context)).toMatchObject({
      expect: [
        { key: { kind: "slot", id: "s" }, version: 4 },
        { key: { kind: "appointment", id: "a" }, version: 7 },
      ],
      put: [
        { ...freed, id: "s", version: 5 },
        { ...cancelled, version: 8 },
      ],
      journal: [
        { recordId: "s", version: 5, reason: "appointment_ended" },
        { recordId: "a", version: 8, reason: "appointment_ended", changes: {} },
      ],
    });
  });

  it("that names a missing appointment rests on the slot alone", () => {
    const { expect: expected, put } = repair.decide(command, seeing(undefined), context) as Decided<object>;
    expect(expected).toEqual([{ key: { kind: "slot", id: "s" }, version: 4 }]);
    expect(put).toMatchObject([{ ...freed, version: 5 }]);
  });

  it("that an ended appointment still lists empties the list, and frees all slots on it that name it", () => {
    const second = { ...slot, id: "s-2" };
    const astray = { ...slot, id: "s-3", appointmentId: "b" };
    const listing = { ...cancelled, slotIds: ["s", "s-2", "s-3", "gone"] };
    expect(repair.decide(command, seeing(listing, second, astray), context)).toMatchObject({
      put: [
        { ...freed, id: "s" },
        { ...freed, id: "s-2" },
        { kind: "appointment", slotIds: [], version: 8 },
      ],
      result: {
        faults: [
          { kind: "appointment_ended" },
          { kind: "appointment_ended" },
          { kind: "ended_appointment_lists_slots" },
        ],
      },
    });
  });

  it("that names none gives the appointment that was thought to count on it a new version", () => {
    const lost = { ...slot, appointmentId: null };
    const seen = { ...seeing(cancelled), slot: () => lost };
    const { expect: expected, put } = repair.decide({ ...command, claimantId: "a" }, seen, context) as Decided<object>;
    expect(expected.map(({ key }) => key.kind)).toEqual(["slot", "appointment"]);
    expect(put).toMatchObject([freed, { id: "a", version: 8 }]);
  });
});
