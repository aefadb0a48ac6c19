import type { CreatedSoFar } from "../model/create-many-slots.ts";
import type { DoneSoFar } from "../model/done-so-far.ts";
import type { Help } from "../model/help.ts";
import type { InputIssue } from "../model/input-issue.ts";
import type { Metadata } from "../model/values.ts";

/**
 * A free slot offered in place of one that was not available. When the refusal was made, the same command would have
 * succeeded with this `slotId` in its place. Where a further slot is replaced, only its id changes. Otherwise leave out
 * `ifNoSlot`, the `holdToken` and the `ifVersion` of a slot, and if the command has a time that does not lie within this slot, set
 * `start` and `end` yourself, from the start of this slot on. A booking by time, or a move to a time, is also offered computed
 * openings.
 */
export interface Alternative {
  /** Null for a computed opening: the same command, without a `holdToken`, would have succeeded with this `start` and `end`. */
  readonly slotId: string | null;
  readonly start: Date;
  readonly end: Date;
}

/** The details of a refusal that has times. */
interface Zoned {
  /** The IANA zone of the schedule that the times belong to. Absent if no schedule is known. */
  readonly timeZone?: string;
}

/** `timeZone` is set only if there are alternatives, or another time. */
interface SlotConflict extends Zoned, OfChange {
  readonly slotId: string;
  readonly version?: number;
  readonly alternatives?: readonly Alternative[];
}

/** The details of a refusal that meets those who take slots, and those who keep them. */
interface OfChange {
  /** The command, if the slot was not to be taken. Its texts are for those who keep the calendar. */
  readonly command?: SlotChange;
}

/** A command that changes a slot that is there, and takes it for nobody. */
export type SlotChange = "block" | "unblock" | "breakHold";

/** What a function of the host said. */
export interface HostAnswer {
  /** The host's own sentence, for the person at the screen. */
  readonly problem: string;
  /** Set if the function gave no answer that counts. `problem` is then a sentence for the developer. */
  readonly unanswered?: true;
}

/** Why a range of time is not valid. */
export type RangeProblem = "ends_before_start" | "empty" | "too_long";

/**
 * What each error code carries in `details`, for the program: all that is known. `toResponse()` shows `ScreenDetails`.
 * Every value survives `JSON.stringify`.
 */
export interface ErrorDetails {
  invalid_input: { readonly issues: readonly InputIssue[] };
  invalid_time_range: {
    readonly start: Date;
    readonly end: Date;
    readonly reason: RangeProblem;
    /** The reason in English. */
    readonly problem: string;
    /** The position of the input, if there were many. */
    readonly index?: number;
  };
  availability_not_found: { readonly providerId: string; readonly facilityId: string };
  /** Without a `facilityId`, the schedule would be the provider everywhere. */
  schedule_not_found: { readonly providerId: string; readonly facilityId?: string };
  slot_not_found: { readonly slotId: string };
  appointment_not_found: { readonly appointmentId: string };
  /** The id that the caller chose, and the position of its input. */
  slot_exists: { readonly slotId: string; readonly index?: number };
  /** The id that the caller chose. */
  appointment_exists: { readonly appointmentId: string };
  hold_not_found: OfChange & { readonly slotId: string };
  slot_booked: SlotConflict;
  slot_held: SlotConflict & { readonly heldUntil: Date };
  /** The `busySource` is the imported calendar whose busy time the slot is, if it is one and was not to be taken. */
  slot_blocked: SlotConflict & { readonly busySource?: string };
  slot_withdrawn: SlotConflict;
  slot_overlap: Zoned & {
    /** Set if a stored slot was to be unblocked, and none was to be made. */
    readonly command?: "unblock";
    readonly start: Date;
    readonly end: Date;
    readonly seat: number;
    /** The stored slot in the way, or null if two slots of the same call overlap. */
    readonly conflictingSlotId: string | null;
    readonly conflictingStart: Date;
    readonly conflictingEnd: Date;
    /** The position of the input, if there were many. */
    readonly index?: number;
  };
  time_mismatch: Zoned & {
    readonly slotId: string;
    readonly slotStart: Date;
    readonly slotEnd: Date;
    readonly start: Date;
    readonly end: Date;
  };
  schedule_mismatch: {
    readonly field: "providerId" | "facilityId" | "timeZone";
    readonly expected: string;
    readonly actual: string;
  };
  no_slot_available: Zoned & {
    /** The appointment to be accepted or moved. Absent if one was to be booked, or a time held. */
    readonly appointmentId?: string;
    /** Set if the time was to be held. */
    readonly command?: "hold";
    readonly providerId: string;
    readonly facilityId: string;
    readonly start: Date;
    readonly end: Date;
    /** Set if tokens of holds were given, and none of the slots that these hold contains the time. */
    readonly holdsNone?: true;
    readonly alternatives?: readonly Alternative[];
  };
  invalid_transition: {
    readonly record: "slot" | "appointment";
    readonly id: string;
    readonly from: string;
    readonly command: string;
    /** Set if a guard of the database said no, not a rule: the guard's name. */
    readonly guard?: string;
    /** Set if the slot is a busy time, which cannot be unblocked: the `source` that it was imported from. */
    readonly busySource?: string;
  };
  version_conflict: {
    readonly record: "schedule" | "slot" | "appointment" | "availability";
    readonly id: string;
    readonly expected: number;
    readonly actual: number;
  };
  idempotency_key_reused: { readonly idempotencyKey: string };
  hold_expired: Zoned & { readonly slotId: string; readonly expiredAt: Date };
  hold_not_owned: Zoned & { readonly slotId: string; readonly heldUntil: Date };
  /** The request could be accepted until then. */
  request_expired: Zoned & { readonly appointmentId: string; readonly expiredAt: Date };
  offer_not_found: { readonly appointmentId: string };
  /** The offer could be accepted until then. */
  offer_expired: Zoned & { readonly appointmentId: string; readonly expiredAt: Date };
  policy_violation: Zoned &
    HostAnswer & {
      readonly policy: string;
      /** What the policy says for a program: the numbers and times of its sentence. */
      readonly values?: Metadata;
      /** The slot or the appointment that is in the way, if it is one. */
      readonly blockedBy?: { readonly kind: "slot" | "appointment"; readonly id: string };
      /** What may help against it, if the policy says so. */
      readonly helps?: readonly Help[];
      readonly alternatives?: readonly Alternative[];
    };
  forbidden: HostAnswer & {
    readonly command: string;
    readonly actorId: string;
    /** Set if the actor may run the command, and may not pass this policy, which refuses it. */
    readonly policy?: string;
  };
  storage_busy: {
    readonly idempotencyKey: string | null;
    readonly waitedMs: number;
    /** What to run again: the command, or the whole transaction of yours that was around it. */
    readonly repeat: "command" | "transaction";
    /** Set if all connections of the pool were in use for all that time: what the program can do about it. */
    readonly problem?: string;
  };
  storage_unavailable: Record<never, never>;
  storage_read_only: Record<never, never>;
  storage_misused: { readonly problem: string };
  refused_by_database: Record<never, never>;
  outcome_unknown: {
    /** The key to send the command again with. Null for a transaction and a call with `doneSoFar`, which have no key of their own. */
    readonly idempotencyKey: string | null;
  };
  schema_outdated: Record<never, never>;
  schema_too_new: Record<never, never>;
  /** The relay whose place it is. Missing for a cursor. */
  feed_reset: { readonly relay?: string };
  /** What the engine was created with, and what the database was set up with. */
  settings_mismatch: {
    readonly setting: "overlapScope" | "idempotencyScope";
    readonly expected: string;
    readonly actual: string;
  };
  aborted: Record<never, never>;
}

/** What a call that commits part by part has stored before it ended early. It stays. */
export interface EndedEarly {
  /** Set if a `createManySlots` has begun to read its slots, also if it has created nothing. */
  readonly createdSoFar?: CreatedSoFar;
  /** Set if a `publishSlots`, `importBusy` or `reconcile` has changed something, and always with `outcome_unknown`. */
  readonly doneSoFar?: DoneSoFar;
}

/** A code of an error. */
export type ErrorCode = keyof ErrorDetails;

/** The details of an error with this code. */
export type DetailsOf<C extends ErrorCode> = ErrorDetails[C] & EndedEarly;
