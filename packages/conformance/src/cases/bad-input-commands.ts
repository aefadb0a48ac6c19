import assert from "node:assert/strict";
import type { Page } from "@slotwright/core";
import { minutes, patient, place, provider } from "../fixtures.ts";
import { at, type BadInput, bookFirst, create } from "./bad-input-stage.ts";

const cursorOf = ({ nextCursor }: Page<unknown>) => nextCursor ?? assert.fail("there is no next page");

const forged = (parts: unknown) =>
  Buffer.from(JSON.stringify(Array.isArray(parts) ? [...parts, "ascending"] : parts)).toString("base64url");
const then = minutes(0).getTime();

/** Cursors in our format, but with content that no page returned. */
const forgedCursors: readonly (readonly [string, "listSlots" | "listAppointments" | "history", unknown])[] = [
  ["NUL in a cursor", "listSlots", ["slots", then, "a\0b"]],
  ["half a surrogate pair in a cursor", "listSlots", ["slots", then, "a\ud83d"]],
  ["an empty id in a cursor", "listSlots", ["slots", then, ""]],
  ["an overlong id in a cursor", "listSlots", ["slots", then, "x".repeat(129)]],
  ["a year before 1900 in a cursor", "listSlots", ["slots", -8e15, "a"]],
  ["a far-off year in a cursor", "listSlots", ["slots", 8.64e15, "a"]],
  ["half a millisecond in a cursor", "listSlots", ["slots", then + 0.5, "a"]],
  ["text as a cursor's instant", "listSlots", ["slots", String(then), "a"]],
  ["extra fields in a cursor", "listSlots", ["slots", then, "a", "b"]],
  ["an object as a cursor", "listSlots", { 0: "slots", 1: then, 2: "a", 3: "ascending", length: 4 }],
  ["NUL in a cursor of appointments", "listAppointments", ["appointments", then, "\0"]],
  ["a cursor of appointments without an id", "listAppointments", ["appointments", then]],
  ["a negative version in a cursor", "history", ["history", -1]],
  ["a version in a cursor that exceeds the column", "history", ["history", 2 ** 31]],
  ["half a version in a cursor", "history", ["history", 1.5]],
];

/** Commands that do not fit a record, a schedule or a state. */
export const badCommands: readonly BadInput[] = [
  {
    name: "no input at all",
    code: "invalid_input",
    says: /it is missing/,
    command: ({ engine }) => engine.book(undefined as never),
  },
  {
    name: "an input that cannot be read",
    code: "invalid_input",
    says: /cannot be read/,
    command: (stage) =>
      stage.engine.book({
        get actor(): never {
          throw new Error("a getter of the host");
        },
      } as never),
  },
  {
    name: "an unknown field",
    code: "invalid_input",
    says: /valid: it has unknown fields: "slotID" \(did you mean slotId\?\)/,
    command: (stage) => bookFirst(stage, { slotID: 1 }),
  },
  {
    name: "a misspelt required field",
    code: "invalid_input",
    says: /valid: it has unknown fields: "slotid" \(did you mean slotId\?\); slotId: is missing\. /,
    command: ({ engine }) => engine.book({ actor: patient, subjectId: "p-1", slotid: "s" } as never),
  },
  {
    name: "a misspelt field among many slots",
    code: "invalid_input",
    says: /slots\.0: has unknown fields: "meta_data" \(did you mean metadata\?\)/,
    command: ({ engine }) =>
      engine.createSlots({
        actor: provider,
        ...place,
        slots: [{ start: minutes(0), end: minutes(30), meta_data: {} }],
      } as never),
  },
  {
    name: "an id for several seats",
    code: "invalid_input",
    says: /slots\.0\.slotId: must be left out if capacity is above 1/,
    command: ({ engine }) => create(engine, { ...at(minutes(600), minutes(630)), slotId: "4711", capacity: 2 }),
  },
  {
    name: "one id for two slots",
    code: "invalid_input",
    says: /slots\.1\.slotId: must not name "4711" again/,
    command: ({ engine }) =>
      create(engine, ...[600, 630].map((from) => ({ ...at(minutes(from), minutes(from + 30)), slotId: "4711" }))),
  },
  {
    name: "an overlong id for an appointment",
    code: "invalid_input",
    says: /appointmentId: must not be longer than 128/,
    command: (stage) => bookFirst(stage, { appointmentId: "x".repeat(129) }),
  },
  {
    name: "a missing actor",
    code: "invalid_input",
    says: /actor: is missing/,
    command: (stage) => bookFirst(stage, { actor: undefined }),
  },
  {
    name: "an overlong reason",
    code: "invalid_input",
    says: /reason: must not be longer/,
    command: (stage) => bookFirst(stage, { reason: "x".repeat(501) }),
  },
  { name: "no slots", code: "invalid_input", says: /at least one slot/, command: ({ engine }) => create(engine) },
  {
    name: "more seats than a call may create",
    code: "invalid_input",
    says: /not make more than 50000/,
    command: ({ engine }) =>
      engine.createSlots({
        actor: provider,
        ...place,
        slots: Array.from({ length: 51 }, (_, day) => ({
          start: minutes(1440 * day + 600),
          end: minutes(1440 * day + 630),
          capacity: 1000,
        })),
      }),
  },
  {
    name: "a time zone that does not exist",
    code: "invalid_input",
    says: /IANA time zone/,
    command: ({ engine }) =>
      engine.createSlots({
        actor: provider,
        ...place,
        timeZone: "Mars/Olympus",
        slots: [at(minutes(600), minutes(630))],
      }),
  },
  {
    name: "a time zone that differs from the schedule's",
    code: "schedule_mismatch",
    says: /The schedule has the timeZone "UTC", not "Asia\/Tokyo"\. Leave timeZone out/,
    command: ({ engine }) =>
      engine.createSlots({
        actor: provider,
        ...place,
        timeZone: "Asia/Tokyo",
        slots: [at(minutes(600), minutes(630))],
      }),
  },
  {
    name: "an unknown slot",
    code: "slot_not_found",
    says: /no slot "nope"/,
    command: (stage) => bookFirst(stage, { slotId: "nope" }),
  },
  {
    name: "an unknown appointment",
    code: "appointment_not_found",
    says: /no appointment "nope"/,
    command: ({ engine }) => engine.cancel({ actor: patient, appointmentId: "nope" }),
  },
  {
    name: "a slot of another provider",
    code: "schedule_mismatch",
    says: /providerId/,
    command: (stage) => bookFirst(stage, { providerId: "dr-jones" }),
  },
  {
    name: "a slot at another facility",
    code: "schedule_mismatch",
    says: /facilityId/,
    command: (stage) => bookFirst(stage, { facilityId: "south" }),
  },
  {
    name: "an appointment that does not fit",
    code: "time_mismatch",
    says: /does not lie within/,
    command: (stage) => bookFirst(stage, { end: minutes(31) }),
  },
  {
    name: "an appointment that ends before it starts",
    code: "invalid_time_range",
    says: /ends before/,
    command: (stage) => bookFirst(stage, at(minutes(20), minutes(10))),
  },
  {
    name: "an appointment rescheduled to end before it starts",
    code: "invalid_time_range",
    says: /ends before/,
    command: ({ engine, appointmentId, slots }) =>
      engine.reschedule({ actor: patient, appointmentId, slotId: slots[0]?.id ?? "", ...at(minutes(20), minutes(10)) }),
  },
  {
    name: "a stale ifVersion of a slot",
    code: "version_conflict",
    says: /at version 1, not 4/,
    command: (stage) => bookFirst(stage, { ifVersion: 4 }),
  },
  {
    name: "a stale ifVersion of an appointment",
    code: "version_conflict",
    says: /at version 1, not 2/,
    command: ({ engine, appointmentId }) => engine.cancel({ actor: patient, appointmentId, ifVersion: 2 }),
  },
  {
    name: "a slot named twice",
    code: "invalid_input",
    says: /twice/,
    command: (stage) => bookFirst(stage, { alsoSlotIds: [stage.slots[0]?.id] }),
  },
  {
    name: "a cancelled appointment accepted",
    code: "invalid_transition",
    says: /is cancelled/,
    async command({ engine, askedId, slots }) {
      await engine.cancel({ actor: patient, appointmentId: askedId, idempotencyKey: "cancel it" });
      return engine.accept({ actor: provider, appointmentId: askedId, slotId: slots[0]?.id ?? "" });
    },
  },
  {
    name: "a reused key with another body",
    code: "idempotency_key_reused",
    says: /used before for a different request/,
    command: (stage) => bookFirst(stage, { idempotencyKey: "publish" }),
  },
  {
    name: "a forged cursor",
    code: "invalid_input",
    says: /cursor: must be/,
    command: ({ engine }) => engine.listSlots({ cursor: "!!" }),
  },
  ...forgedCursors.map(
    ([name, list, parts]): BadInput => ({
      name,
      code: "invalid_input",
      says: /cursor: must be the nextCursor/,
      command: ({ engine }) =>
        engine[list]({ ...(list === "history" && { slotId: "s" }), cursor: forged(parts) } as never),
    }),
  ),
  {
    name: "a cursor that is a number",
    code: "invalid_input",
    says: /cursor: must be a string/,
    command: ({ engine }) => engine.listSlots({ cursor: 7 as never }),
  },
  {
    name: "a cursor of appointments for a list of slots",
    code: "invalid_input",
    says: /cursor: must be the nextCursor/,
    command: async ({ engine }) => engine.listSlots({ cursor: cursorOf(await engine.listAppointments({ limit: 1 })) }),
  },
  {
    name: "a cursor of slots for a list of appointments",
    code: "invalid_input",
    says: /cursor: must be the nextCursor/,
    command: async ({ engine }) => engine.listAppointments({ cursor: cursorOf(await engine.listSlots({ limit: 1 })) }),
  },
  {
    name: "a cursor of slots for a history",
    code: "invalid_input",
    says: /cursor: must be the nextCursor/,
    command: async ({ engine, appointmentId }) =>
      engine.history({ appointmentId, cursor: cursorOf(await engine.listSlots({ limit: 1 })) }),
  },
  {
    name: "slots from a later to an earlier time",
    code: "invalid_time_range",
    says: /ends before it starts/,
    command: ({ engine }) => engine.listSlots({ from: minutes(30), to: minutes(0) }),
  },
  {
    name: "appointments from a later to an earlier time",
    code: "invalid_time_range",
    says: /ends before it starts/,
    command: ({ engine }) => engine.listAppointments({ from: minutes(30), to: minutes(0) }),
  },
  {
    name: "the history of a slot and an appointment at once",
    code: "invalid_input",
    says: /must name a slotId, an appointmentId or an availabilityId, not several/,
    command: ({ engine, appointmentId, slots }) =>
      engine.history({ appointmentId, slotId: slots[0]?.id ?? "" } as never),
  },
  {
    name: "a slot longer than the limit",
    code: "invalid_time_range",
    says: /longer than 31 days\. Send a shorter range\.$/,
    command: ({ engine }) => create(engine, at(minutes(600), minutes(600 + 31 * 1440 + 1))),
  },
  {
    name: "more statuses than exist",
    code: "invalid_input",
    says: /not hold more than 4 statuses/,
    command: ({ engine }) => engine.listSlots({ statuses: ["booked", "booked", "booked", "booked", "booked"] }),
  },
  {
    name: "thousands of unknown fields",
    code: "invalid_input",
    says: /^.{0,900}and 4980 more/,
    command: (stage) =>
      bookFirst(stage, Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`f${index}`, 1]))),
  },
  {
    name: "a page that is too long",
    code: "invalid_input",
    says: /at most 500/,
    command: ({ engine }) => engine.listSlots({ limit: 501 }),
  },
  {
    name: "an unknown status",
    code: "invalid_input",
    says: /must be one of available/,
    command: ({ engine }) => engine.listSlots({ statuses: ["free" as never] }),
  },
  {
    name: "slots by status alone, which no index finds",
    code: "invalid_input",
    says: /statuses: needs providerIds, or both from and to: no index finds slots by status alone/,
    command: ({ engine }) => engine.listSlots({ statuses: ["held"] }),
  },
  {
    name: "slots of a facility by status, from now on",
    code: "invalid_input",
    says: /statuses: needs providerIds, or both from and to/,
    command: ({ engine }) => engine.listSlots({ statuses: ["held"], facilityId: "f", from: minutes(0) }),
  },
  {
    name: "appointments by status alone, which no index finds",
    code: "invalid_input",
    says: /statuses: needs providerIds, a subjectId, or both from and to/,
    command: ({ engine }) => engine.listAppointments({ statuses: ["no_show"], to: minutes(0) }),
  },
  {
    name: "appointments of a facility alone, which no index finds",
    code: "invalid_input",
    says: /facilityId: needs providerIds, a subjectId, or both from and to/,
    command: ({ engine }) => engine.listAppointments({ facilityId: "f" }),
  },
];
