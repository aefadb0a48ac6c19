import {
  appointmentStatuses,
  commandNames,
  errorCodes,
  helps,
  journaledKinds,
  slotStatuses,
  weekdays,
} from "@slotwright/core";
import type {
  AppointmentJson,
  AvailabilityJson,
  FreeTimeJson,
  JournalEntryJson,
  Json,
  OpenSlotJson,
  ScheduleJson,
  ShownAppointmentJson,
  ShownJournalEntryJson,
  ShownSlotJson,
  SlotJson,
} from "@slotwright/core/client";
import { z } from "zod";
import type { OperationName } from "../routes/table.ts";

const instant = z.iso.datetime();
/** Any JSON. Zod's own schema of it refers to itself, which a document of many schemas cannot have by name. */
const anyJson = z.custom<Json>((value) => value !== undefined);
const metadata = z.record(z.string(), anyJson);
const id = z.string();
const version = z.int().min(1);
const times = { createdAt: instant, updatedAt: instant };

const hold = z.strictObject({ tokenHash: z.string(), expiresAt: instant, holderId: z.string().nullable() });

const schedule = z.strictObject({
  kind: z.literal("schedule"),
  id,
  providerId: id,
  facilityId: id.nullable(),
  timeZone: z.string(),
  version,
  ...times,
}) satisfies z.ZodType<ScheduleJson>;

const slot = z.strictObject({
  kind: z.literal("slot"),
  id,
  scheduleId: id,
  providerId: id,
  facilityId: id,
  seat: z.int().min(0),
  start: instant,
  end: instant,
  status: z.enum(slotStatuses),
  appointmentId: id.nullable(),
  hold: hold.nullable(),
  metadata,
  version,
  ...times,
}) satisfies z.ZodType<SlotJson>;

const hoursOffer = z.strictObject({
  minutes: z.int(),
  step: z.int().exactOptional(),
  capacity: z.int().exactOptional(),
});
const minute = z.union([z.int(), z.string()]);
const hoursWindow = { from: minute, to: minute, offer: hoursOffer.exactOptional() };
const localDate = z.string();

const availability = z.strictObject({
  kind: z.literal("availability"),
  id,
  providerId: id,
  facilityId: id,
  timeZone: z.string(),
  hours: z.strictObject({
    openings: z.enum(["published", "computed", "both"]).exactOptional(),
    offer: hoursOffer,
    weekly: z.array(
      z.strictObject({
        days: z.array(z.enum(weekdays)),
        ...hoursWindow,
        validFrom: localDate.exactOptional(),
        validUntil: localDate.exactOptional(),
      }),
    ),
    exceptions: z
      .array(
        z.strictObject({
          first: localDate,
          last: localDate,
          hours: z.array(z.strictObject(hoursWindow)),
          extra: z.boolean().exactOptional(),
        }),
      )
      .exactOptional(),
  }),
  zoneRules: z.array(
    z.strictObject({
      version: z.string().nullable(),
      since: instant,
      until: instant,
      offsets: z.array(z.strictObject({ from: instant, minutes: z.number() })),
    }),
  ),
  version,
  ...times,
}) satisfies z.ZodType<AvailabilityJson>;
/** A dry run has version 0 where nothing is stored. */
const answeredAvailability = availability.extend({ version: z.int().min(0) });

const shownSlot = slot.extend({ metadata: metadata.nullable() }) satisfies z.ZodType<ShownSlotJson>;

const wish = { slotId: id, start: instant, end: instant };
const request = z.strictObject({
  wishes: z.array(z.strictObject(wish)),
  heldUntil: instant.nullable(),
  expiresAt: instant.nullable(),
  offer: z.strictObject({ ...wish, expiresAt: instant }).nullable(),
});

const appointment = z.strictObject({
  kind: z.literal("appointment"),
  id,
  subjectId: id,
  providerId: id,
  providerIds: z.array(id),
  facilityId: id,
  start: instant,
  end: instant,
  status: z.enum(appointmentStatuses),
  slotIds: z.array(id),
  metadata,
  version,
  ...times,
  request: request.nullable(),
}) satisfies z.ZodType<AppointmentJson>;

const shownAppointment = appointment.extend({
  subjectId: id.nullable(),
  metadata: metadata.nullable(),
}) satisfies z.ZodType<ShownAppointmentJson>;

const entry = z.strictObject({
  recordKind: z.enum(journaledKinds),
  recordId: id,
  providerIds: z.array(id),
  facilityId: id,
  version,
  command: z.enum(commandNames),
  commandId: z.string(),
  actor: z.strictObject({ kind: id, id }),
  reason: z.string().nullable(),
  overrides: z.array(z.strictObject({ policy: z.string(), reason: z.string() })).exactOptional(),
  at: instant,
  fromStatus: z.string().nullable(),
  toStatus: z.string(),
  changes: z.record(z.string(), z.strictObject({ from: anyJson.exactOptional(), to: anyJson })),
}) satisfies z.ZodType<JournalEntryJson>;

const shownEntry = entry.extend({
  commandId: z.string().nullable(),
  actor: entry.shape.actor.nullable(),
  overrides: entry.shape.overrides.unwrap().nullable().exactOptional(),
  changes: entry.shape.changes.nullable(),
}) satisfies z.ZodType<ShownJournalEntryJson>;

const openSlot = z.strictObject({
  slotId: id,
  providerId: id,
  facilityId: id,
  start: instant,
  end: instant,
  version,
  seats: z.int().min(1),
  mine: z.literal(true).exactOptional(),
}) satisfies z.ZodType<OpenSlotJson>;

const freeTime = openSlot.extend({
  slotId: id.nullable(),
  version: version.nullable(),
}) satisfies z.ZodType<FreeTimeJson>;

const openDay = z.strictObject({ date: z.string(), open: z.int(), seats: z.int() });

/** The parts of answers, by the name that the document has for them. */
export const parts = {
  Schedule: schedule,
  Slot: slot,
  ShownSlot: shownSlot,
  Appointment: appointment,
  ShownAppointment: shownAppointment,
  JournalEntry: shownEntry,
  OpenSlot: openSlot,
  FreeTime: freeTime,
} as const;

const page = (item: z.ZodType) => ({ items: z.array(item), nextCursor: z.string().nullable() });
const replayed = z.literal(true).optional();
const cursor = z.string();

const standing = {
  source: z.enum(["live", "database"]),
  cursor: cursor.nullable(),
  asOf: instant,
  behindMs: z.number().min(0),
  isStale: z.boolean(),
};

const booked = { appointment, slots: z.array(slot), replayed };
const fault = {
  kind: z.string(),
  invariant: z.int(),
  problem: z.string(),
  repair: z.string().nullable(),
  records: z.array(z.strictObject({ kind: z.string(), id })),
};

const outcome = z.enum(["repaired", "repairable", "manual"]);

const report = {
  dryRun: z.boolean(),
  scanned: z.strictObject({ slots: z.int(), appointments: z.int() }),
  repaired: z.int(),
  repairable: z.int(),
  manual: z.int(),
  findings: z.array(z.strictObject({ ...fault, outcome })),
  moved: z.array(
    z.strictObject({
      slotId: id,
      status: z.enum(slotStatuses),
      appointmentId: id.nullable(),
      start: instant,
      end: instant,
      newStart: instant,
      newEnd: instant,
      outcome,
    }),
  ),
  movedCount: z.int(),
};

const reason = z.strictObject({
  message: z.string(),
  scenario: z.enum(errorCodes),
  details: z.record(z.string(), anyJson),
  recoverable: z.boolean(),
  helps: z.array(z.enum(helps)),
  blockedBy: z.strictObject({ kind: z.string(), id }).nullable(),
});

const published = {
  dryRun: z.boolean(),
  created: z.int(),
  kept: z.int(),
  withdrawn: z.int(),
  obstructed: z.int(),
  outside: z.array(z.strictObject({ slotId: id, appointmentId: id.nullable(), start: instant, end: instant })),
  outsideCount: z.int(),
};

const answer = (shape: z.core.$ZodLooseShape) => z.strictObject({ success: z.literal(true), ...shape });
const slotsOfHold = { slot, alsoSlots: z.array(slot), replayed };
const changedSlot = answer({ slot, replayed });
const changedAppointment = answer({ appointment, replayed });

const explanation = answer({
  onOffer: z.boolean(),
  reasons: z.array(reason),
  slot: shownSlot.nullable(),
  hours: z.enum(["offered", "grid", "exception", "weekly"]).nullable(),
  busy: z.array(z.strictObject({ source: z.string(), start: instant, end: instant })),
});

/** What each operation answers, where the host does not do it its own way. */
export const answers: Readonly<Record<Exclude<OperationName, "stream" | "openapi">, z.ZodObject>> = {
  setAvailability: answer({
    availability: answeredAvailability,
    effect: z.strictObject(published).exactOptional(),
    replayed,
  }),
  publishSlots: answer(published),
  importBusy: answer({
    dryRun: z.boolean(),
    created: z.int(),
    kept: z.int(),
    withdrawn: z.int(),
    blocked: z.int(),
    freed: z.int(),
    taken: published.outside,
    takenCount: z.int(),
  }),
  createSlots: answer({ schedule, slots: z.array(slot), replayed }),
  createManySlots: answer({ idempotencyKey: z.string(), inputs: z.int(), slots: z.int() }),
  block: changedSlot,
  unblock: changedSlot,
  hold: answer({ ...slotsOfHold, holdToken: z.string() }),
  extend: answer(slotsOfHold),
  release: answer(slotsOfHold),
  breakHold: changedSlot,
  book: answer(booked),
  request: answer(booked),
  accept: answer({ ...booked, freedSlots: z.array(slot) }),
  decline: answer(booked),
  offer: answer({ ...booked, freedSlots: z.array(slot) }),
  acceptOffer: answer({ ...booked, freedSlots: z.array(slot) }),
  declineOffer: answer(booked),
  reschedule: answer({ ...booked, freedSlots: z.array(slot) }),
  checkIn: changedAppointment,
  complete: changedAppointment,
  markNoShow: answer(booked),
  cancel: answer(booked),
  preview: answer({
    possible: z.boolean(),
    result: z.record(z.string(), anyJson).exactOptional(),
    reasons: z.array(reason).min(1).exactOptional(),
  }),
  reconcile: answer(report),
  getAvailability: answer({ availability }),
  availabilityHistory: answer(page(shownEntry)),
  getSchedule: answer({ schedule }),
  listSlots: answer(page(shownSlot)),
  getSlot: answer({ slot: shownSlot }),
  slotHistory: answer(page(shownEntry)),
  checkSync: answer({ slotId: id, inSync: z.boolean(), faults: z.array(z.strictObject(fault)) }),
  listAppointments: answer(page(shownAppointment)),
  getAppointment: answer({ appointment: shownAppointment }),
  appointmentHistory: answer(page(shownEntry)),
  findOpen: answer({ ...page(openSlot), ...standing }),
  findTimes: answer({ ...page(freeTime), ...standing }),
  nextTimes: answer({ items: z.array(freeTime), ...standing }),
  countTimes: answer({ days: z.array(openDay), nextFrom: instant.nullable(), ...standing }),
  explainSlot: explanation,
  explainTime: explanation,
  countByDay: answer({
    days: z.array(openDay),
    ...standing,
  }),
  nextOpen: answer({ items: z.array(openSlot), ...standing }),
  snapshot: answer({
    cursor,
    slots: z.strictObject(page(shownSlot)),
    appointments: z.strictObject(page(shownAppointment)),
  }),
  changes: answer({ entries: z.array(shownEntry), cursor, isEnd: z.boolean() }),
};
