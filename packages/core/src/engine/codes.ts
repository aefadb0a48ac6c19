import type { ErrorCode } from "../errors/index.ts";

/** Codes that any call that asks the database can reject with. */
const storage = [
  "storage_busy",
  "storage_unavailable",
  "storage_read_only",
  "storage_misused",
  "refused_by_database",
  "schema_outdated",
  "schema_too_new",
] as const satisfies readonly ErrorCode[];

const read = ["invalid_input", ...storage] as const satisfies readonly ErrorCode[];

/** Codes that a subscription can end with. It waits for a database that is away. */
const following = [
  "invalid_input",
  "storage_read_only",
  "storage_misused",
  "refused_by_database",
  "schema_outdated",
  "schema_too_new",
] as const satisfies readonly ErrorCode[];

const write = [
  "invalid_input",
  ...storage,
  "outcome_unknown",
  "settings_mismatch",
] as const satisfies readonly ErrorCode[];

/** Codes that every command can be refused with. `invalid_transition` can also come from a guard of the database. */
const command = [
  ...write,
  "idempotency_key_reused",
  "forbidden",
  "policy_violation",
  "invalid_transition",
] as const satisfies readonly ErrorCode[];

const slot = ["slot_not_found", "version_conflict"] as const;
const appointment = ["appointment_not_found", "version_conflict"] as const;
const hold = ["hold_not_found", "hold_not_owned", "hold_expired"] as const;
const taken = ["slot_booked", "slot_held", "slot_blocked", "slot_withdrawn"] as const;
const creating = ["slot_exists", "invalid_time_range", "schedule_mismatch", "slot_overlap"] as const;

/** Every code that each call of an engine can reject with. `transaction` also rejects with what its callback throws. */
export const callCodes = {
  setAvailability: [...command, "version_conflict"],
  importBusy: [...command, "schedule_not_found", "slot_exists", "slot_overlap", "aborted"],
  publishSlots: [...command, "availability_not_found", "slot_exists", "slot_overlap", "aborted"],
  createSlots: [...command, ...creating, "version_conflict"],
  createManySlots: [...command, ...creating, "aborted"],
  block: [...command, ...slot, ...taken],
  unblock: [...command, ...slot, "slot_booked", "slot_held", "slot_withdrawn", "slot_overlap"],
  hold: [...command, ...slot, ...taken, "no_slot_available", "invalid_time_range"],
  extend: [...command, ...slot, ...hold],
  release: [...command, ...slot, ...hold],
  breakHold: [...command, ...slot, "hold_not_found", "slot_booked", "slot_blocked", "slot_withdrawn"],
  book: [
    ...command,
    "appointment_exists",
    ...slot,
    ...taken,
    ...hold,
    "schedule_mismatch",
    "invalid_time_range",
    "time_mismatch",
    "no_slot_available",
  ],
  request: [
    ...command,
    "appointment_exists",
    ...slot,
    ...taken,
    "schedule_mismatch",
    "invalid_time_range",
    "time_mismatch",
  ],
  accept: [
    ...command,
    "request_expired",
    ...appointment,
    ...taken,
    ...hold,
    "slot_not_found",
    "schedule_mismatch",
    "time_mismatch",
    "no_slot_available",
  ],
  decline: [...command, ...appointment],
  offer: [
    ...command,
    ...appointment,
    ...taken,
    "request_expired",
    "slot_not_found",
    "schedule_mismatch",
    "invalid_time_range",
    "time_mismatch",
  ],
  acceptOffer: [...command, ...appointment, ...taken, "slot_not_found", "offer_not_found", "offer_expired"],
  declineOffer: [...command, ...appointment, "offer_not_found", "offer_expired"],
  reschedule: [
    ...command,
    ...appointment,
    ...taken,
    ...hold,
    "slot_not_found",
    "schedule_mismatch",
    "invalid_time_range",
    "time_mismatch",
    "no_slot_available",
  ],
  checkIn: [...command, ...appointment],
  complete: [...command, ...appointment],
  markNoShow: [...command, ...appointment],
  cancel: [...command, ...appointment],
  preview: read,
  explain: [...read, "slot_not_found", "invalid_time_range"],
  getAvailability: [...read, "availability_not_found"],
  getSchedule: [...read, "schedule_not_found"],
  getSlot: [...read, "slot_not_found"],
  getAppointment: [...read, "appointment_not_found"],
  listSlots: [...read, "invalid_time_range"],
  findOpen: [...read, "invalid_time_range"],
  findTimes: [...read, "invalid_time_range"],
  nextTimes: read,
  countTimes: [...read, "invalid_time_range"],
  listAppointments: [...read, "invalid_time_range"],
  history: read,
  changes: [...read, "feed_reset"],
  subscribe: [...following, "feed_reset"],
  follow: [...read, "invalid_time_range", "aborted"],
  checkSync: [...read, "slot_not_found"],
  reconcile: [...write, "forbidden"],
  transaction: write,
} as const satisfies Readonly<Record<string, readonly ErrorCode[]>>;
