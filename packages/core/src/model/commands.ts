import { z } from "zod";
import { hoursSchema } from "./hours.ts";
import { saying } from "./input-issue.ts";
import { instantSchema } from "./instant.ts";
import { notInJson } from "./json-schema.ts";
import { limits } from "./limits.ts";
import { overrideSchema } from "./override.ts";
import { timeZoneSchema } from "./time-zone.ts";
import {
  actorSchema,
  idSchema,
  keySchema,
  metadataSchema,
  newIdSchema,
  reasonSchema,
  requiredReasonSchema,
} from "./values.ts";
import { wholeNumber } from "./whole-number.ts";

/**
 * What every command may carry. The interfaces in `command-envelope.ts`, `command-inputs.ts` and `request-inputs.ts` say
 * what each field of a command means.
 */
const envelope = {
  actor: actorSchema,
  reason: reasonSchema.optional(),
  idempotencyKey: keySchema.optional(),
  override: overrideSchema.optional(),
};

/** The version the caller saw. Anything else is refused with `version_conflict`. */
const ifVersion = z.int("must be a whole number").min(1, "must be at least 1").optional();

/** A slot to be created. */
export const newSlotSchema = z
  .strictObject({
    slotId: newIdSchema.optional(),
    start: instantSchema,
    end: instantSchema,
    capacity: wholeNumber(1, limits.seatsPerSlot).default(1),
    metadata: metadataSchema.default({}),
  })
  .refine(({ slotId, capacity }) => slotId === undefined || capacity === 1, {
    path: ["slotId"],
    ...saying(
      "must be left out if capacity is above 1, because each seat is a slot with an id of its own",
      "conflicting_fields",
    ),
  });

/** The hours as they are stored. */
const storedHoursSchema = hoursSchema.refine(
  (hours) => JSON.stringify(hours).length <= limits.hoursLength,
  saying(`must not take more than ${limits.hoursLength} characters of JSON`, "too_much", {
    maximum: limits.hoursLength,
  }),
);

export const setAvailabilitySchema = z.strictObject({
  ...envelope,
  ifVersion: z.int("must be a whole number").min(0, "must not be negative").optional(),
  providerId: idSchema,
  facilityId: idSchema,
  timeZone: timeZoneSchema.optional(),
  hours: storedHoursSchema,
  dryRun: z.boolean("must be true or false").default(false),
  until: instantSchema.optional(),
});

/** Internal to `publishSlots`: makes the slots of a stretch of time agree with the hours. */
export const publishSlotsCommandSchema = z.strictObject({
  ...envelope,
  providerId: idSchema,
  facilityId: idSchema,
  from: instantSchema,
  until: instantSchema,
});

/** Internal to `importBusy`: the busy times that begin in a stretch of time. */
export const importBusyCommandSchema = z.strictObject({
  ...envelope,
  providerId: idSchema,
  facilityId: idSchema,
  source: idSchema,
  from: instantSchema,
  to: instantSchema,
  /** What ends before it is left alone. */
  since: instantSchema,
  /** Where the last stretch ends. */
  until: instantSchema,
  parts: z.array(z.strictObject({ start: instantSchema, end: instantSchema })),
});

export const createSlotsSchema = z.strictObject({
  ...envelope,
  ifVersion: z.int("must be a whole number").min(0, "must not be negative").optional(),
  providerId: idSchema,
  facilityId: idSchema,
  timeZone: timeZoneSchema.optional(),
  slots: z
    .array(newSlotSchema, "must be an array")
    .min(1, "must hold at least one slot")
    .max(limits.slotsPerCall, `must not hold more than ${limits.slotsPerCall} slots`),
});

const slotCommand = { ...envelope, slotId: idSchema, ifVersion };
const appointmentCommand = { ...envelope, appointmentId: idSchema, ifVersion };

export const blockSchema = z.strictObject(slotCommand);
export const unblockSchema = z.strictObject(slotCommand);

/** Further slots (a room's, a device's) that are held or taken as well, all or none. */
const alsoSlotIds = z
  .array(idSchema, "must be an array")
  .max(limits.slotsPerAppointment - 1, `must not hold more than ${limits.slotsPerAppointment - 1} slots`)
  .default([]);

/** How long a hold lasts, and whose it is. */
const holding = {
  seconds: wholeNumber(1, limits.holdSeconds).default(300),
  holderId: idSchema.optional(),
};

/** Hold slots that are known by their ids. `ifVersion` is that of the first. */
export const holdSlotSchema = z.strictObject({ ...slotCommand, alsoSlotIds, ...holding });

/** Hold a time: the engine finds a free slot that contains it, or makes that of a computed opening. */
export const holdTimeSchema = z.strictObject({
  ...envelope,
  slotId: notInJson(z.undefined()).optional(),
  providerId: idSchema,
  facilityId: idSchema,
  start: instantSchema,
  end: instantSchema,
  ...holding,
});

export const holdSchema = z.union([holdSlotSchema, holdTimeSchema]);

export const extendSchema = z.strictObject({
  ...slotCommand,
  alsoSlotIds,
  holdToken: idSchema,
  seconds: wholeNumber(1, limits.holdSeconds).default(300),
});

/** The reason is for the person who held it. */
export const breakHoldSchema = z.strictObject({
  ...slotCommand,
  reason: requiredReasonSchema,
  block: z.boolean("must be true or false").default(false),
});

export const releaseSchema = z.strictObject({ ...slotCommand, alsoSlotIds, holdToken: idSchema });

/** How many free slots nearby a refusal should offer. */
const alternatives = wholeNumber(0, limits.alternatives).default(0);

/** Tokens of holds on the slots that are to be taken. */
const holdToken = z
  .union([idSchema, z.array(idSchema).max(limits.slotsPerAppointment)], "must be a token, or an array of tokens")
  .optional();

/** Book a slot that is known by its id. `ifVersion` is the slot's. */
export const bookSlotSchema = z.strictObject({
  ...slotCommand,
  appointmentId: newIdSchema.optional(),
  subjectId: idSchema,
  alsoSlotIds,
  providerId: idSchema.optional(),
  facilityId: idSchema.optional(),
  start: instantSchema.optional(),
  end: instantSchema.optional(),
  holdToken,
  metadata: metadataSchema.default({}),
  alternatives,
});

/** Book a time: the engine finds a free slot that contains it, or that which the token holds. */
export const bookTimeSchema = z.strictObject({
  ...envelope,
  slotId: notInJson(z.undefined()).optional(),
  appointmentId: newIdSchema.optional(),
  subjectId: idSchema,
  providerId: idSchema,
  facilityId: idSchema,
  start: instantSchema,
  end: instantSchema,
  ifNoSlot: z.enum(["refuse", "schedule"], 'must be "refuse" or "schedule"').default("refuse"),
  holdToken,
  metadata: metadataSchema.default({}),
  alternatives,
});

export const bookSchema = z.union([bookSlotSchema, bookTimeSchema]);

/** Until when a request can be accepted. */
const expiresAt = instantSchema.optional();

/** Ask for one of these slots. `ifVersion` is that of the first. */
export const requestSlotSchema = z.strictObject({
  ...slotCommand,
  appointmentId: newIdSchema.optional(),
  subjectId: idSchema,
  orSlotIds: z
    .array(idSchema, "must be an array")
    .max(limits.wishesPerRequest - 1, `must not hold more than ${limits.wishesPerRequest - 1} slots`)
    .default([]),
  start: instantSchema.optional(),
  end: instantSchema.optional(),
  holdSeconds: wholeNumber(1, limits.requestSeconds).optional(),
  expiresAt,
  metadata: metadataSchema.default({}),
  alternatives,
});

/** Ask for a time, whether or not there is a slot. */
export const requestTimeSchema = z.strictObject({
  ...envelope,
  slotId: notInJson(z.undefined()).optional(),
  appointmentId: newIdSchema.optional(),
  subjectId: idSchema,
  providerId: idSchema,
  facilityId: idSchema,
  start: instantSchema,
  end: instantSchema,
  expiresAt,
  metadata: metadataSchema.default({}),
});

export const requestSchema = z.union([requestSlotSchema, requestTimeSchema]);

/**
 * `ifVersion` is the appointment's. Without `slotId`, the engine takes a slot that was asked for, or finds a free one that
 * contains the appointment.
 */
export const acceptSchema = z.strictObject({
  ...appointmentCommand,
  slotId: idSchema.optional(),
  alsoSlotIds,
  holdToken,
  alternatives,
});

/** The reason is for the subject, who otherwise would not know what to do next. */
export const declineSchema = z.strictObject({
  ...appointmentCommand,
  reason: requiredReasonSchema,
});

/** Offer another time, whose slot is held meanwhile. `ifVersion` is the appointment's. */
export const offerSchema = z.strictObject({
  ...appointmentCommand,
  slotId: idSchema,
  start: instantSchema.optional(),
  end: instantSchema.optional(),
  seconds: wholeNumber(1, limits.requestSeconds).default(24 * 60 * 60),
  alternatives,
});

export const acceptOfferSchema = z.strictObject(appointmentCommand);
export const declineOfferSchema = z.strictObject(appointmentCommand);

/**
 * Move a confirmed appointment to other slots of the same provider and facility, or (the schema after it) to a time.
 * `ifVersion` is the appointment's.
 */
export const rescheduleSlotSchema = z.strictObject({
  ...appointmentCommand,
  slotId: idSchema,
  alsoSlotIds,
  start: instantSchema.optional(),
  end: instantSchema.optional(),
  holdToken,
  alternatives,
});

/** Move to a time: the engine finds a free slot that contains it, or that which the token holds. */
export const rescheduleTimeSchema = z.strictObject({
  ...appointmentCommand,
  slotId: notInJson(z.undefined()).optional(),
  start: instantSchema,
  end: instantSchema,
  holdToken,
  alternatives,
});

export const rescheduleSchema = z.union([rescheduleSlotSchema, rescheduleTimeSchema]);

export const checkInSchema = z.strictObject(appointmentCommand);
export const completeSchema = z.strictObject(appointmentCommand);
export const markNoShowSchema = z.strictObject(appointmentCommand);
export const cancelSchema = z.strictObject(appointmentCommand);

/** Internal to `reconcile`: repairs every fault of the slot or the appointment that has one right answer. */
export const repairSchema = z.strictObject({
  ...envelope,
  record: z.strictObject({ kind: z.enum(["slot", "appointment"]), id: z.string() }),
  /** The appointment that counts on the slot, if the slot names none. */
  claimantId: z.string().optional(),
});

export const commandSchemas = {
  setAvailability: setAvailabilitySchema,
  publishSlots: publishSlotsCommandSchema,
  importBusy: importBusyCommandSchema,
  createSlots: createSlotsSchema,
  block: blockSchema,
  unblock: unblockSchema,
  hold: holdSchema,
  extend: extendSchema,
  release: releaseSchema,
  breakHold: breakHoldSchema,
  book: bookSchema,
  request: requestSchema,
  accept: acceptSchema,
  decline: declineSchema,
  offer: offerSchema,
  acceptOffer: acceptOfferSchema,
  declineOffer: declineOfferSchema,
  reschedule: rescheduleSchema,
  checkIn: checkInSchema,
  complete: completeSchema,
  markNoShow: markNoShowSchema,
  cancel: cancelSchema,
  repair: repairSchema,
} as const;

/** A command as the rules see it: times are `Date`s, defaults are filled in. */
export type Command<Name extends keyof typeof commandSchemas> = z.output<(typeof commandSchemas)[Name]>;
