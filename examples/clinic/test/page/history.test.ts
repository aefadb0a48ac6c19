import type { ShownEntry } from "@slotwright/client";
import { expect, test } from "vitest";
import { namesOf } from "../../page/src/directory/names.ts";
import { sentenceOf } from "../../page/src/patient/appointments/history-words.ts";
import { facilities, patients, providers } from "../../people.ts";

const me = { id: "ada-brandt", name: "Ada Brandt", kind: "patient" } as const;
const names = namesOf({ me, facilities, providers, patients, searchableDays: 60, warning: "" });
const reader = { id: me.id, names, zone: "Europe/Berlin" };

const entry = (given: Partial<ShownEntry>): ShownEntry => ({
  recordKind: "appointment",
  recordId: "a",
  providerIds: ["dr-osei"],
  facilityId: "harbour",
  version: 1,
  command: "book",
  commandId: "c",
  actor: { kind: "patient", id: "ada-brandt" },
  reason: null,
  at: new Date("2026-11-29T08:00:00Z"),
  fromStatus: null,
  toStatus: "confirmed",
  changes: { start: { to: "2026-11-30T09:00:00.000Z" }, end: { to: "2026-11-30T09:30:00.000Z" } },
  ...given,
});

test.each([
  [{}, "You booked Mon 30 Nov, 10:00–10:30."],
  [{ toStatus: "scheduled" }, "You asked for Mon 30 Nov, 10:00–10:30."],
  [{ command: "accept", actor: { kind: "provider", id: "dr-osei" } }, "Dr Amara Osei accepted it."],
  [{ command: "cancel", actor: null }, "The practice cancelled it."],
  [{ command: "cancel", actor: { kind: "provider", id: "somebody" } }, "The practice cancelled it."],
  [{ command: "repair" }, "A mistake in the records was put right."],
] as const)("an entry with %o is told as: %s", (given, sentence) => {
  expect(sentenceOf(entry(given as Partial<ShownEntry>), reader)).toBe(sentence);
});

test("a move is told with both times", () => {
  const changes = {
    start: { from: "2026-11-30T09:00:00.000Z", to: "2026-12-01T09:00:00.000Z" },
    end: { from: "2026-11-30T09:30:00.000Z", to: "2026-12-01T09:30:00.000Z" },
  };
  expect(sentenceOf(entry({ command: "reschedule", changes }), reader)).toBe(
    "You moved it from Mon 30 Nov, 10:00–10:30 to Tue 1 Dec, 10:00–10:30.",
  );
});
