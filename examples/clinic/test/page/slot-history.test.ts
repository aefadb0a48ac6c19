import type { ShownEntry } from "@slotwright/client";
import { expect, test } from "vitest";
import { namesOf } from "../../page/src/directory/names.ts";
import { changesOf, deedOf } from "../../page/src/slot/history-words.ts";
import { facilities, patients, providers } from "../../people.ts";

const me = { id: "dr-osei", name: "Dr Amara Osei", kind: "provider" } as const;
const names = namesOf({ me, facilities, providers, patients, searchableDays: 60, warning: "" });
const told = { names, zone: "Europe/Berlin", whose: (id: string) => (id === "a" ? "Ada Brandt" : null) };

const entry: ShownEntry = {
  recordKind: "slot",
  recordId: "s",
  providerIds: ["dr-osei"],
  facilityId: "harbour",
  version: 2,
  command: "block",
  commandId: "c",
  actor: { kind: "provider", id: "dr-osei" },
  reason: null,
  at: new Date("2026-11-29T08:00:00Z"),
  fromStatus: "available",
  toStatus: "blocked",
  changes: { status: { from: "available", to: "blocked" } },
};

test("an entry says who did what", () => {
  expect(deedOf(entry, names)).toBe("Dr Amara Osei blocked the slot");
  expect(deedOf({ ...entry, actor: null }, names)).toBe("Somebody blocked the slot");
});

test.each([
  [{ status: { from: "available", to: "blocked" } }, { field: "Status", before: "free", after: "blocked" }],
  [{ appointmentId: { from: null, to: "a" } }, { field: "Appointment", before: "none", after: "Ada Brandt" }],
  [{ appointmentId: { from: "b", to: null } }, { field: "Appointment", before: "an appointment", after: "none" }],
  [{ start: { to: "2026-11-30T09:00:00.000Z" } }, { field: "Begins", before: null, after: "30 November 2026, 10:00" }],
  [
    { hold: { from: { expiresAt: "2026-11-30T09:00:00.000Z" }, to: null } },
    { field: "Held", before: "until 30 November 2026, 10:00", after: "none" },
  ],
])("the change %o is told in words", (changes, words) => {
  expect(changesOf({ ...entry, changes }, told)).toEqual([words]);
});
