import type { DetailsOf, EndedEarly, ErrorCode, ErrorDetails } from "./details.ts";

/**
 * What `toResponse()` and `toProblem()` show of the details: what the caller sent, and what they may see. Left out are
 * ids that the caller did not name, who the actor is, and what is for developers only.
 */
export interface ScreenDetails
  extends Omit<
    ErrorDetails,
    | "invalid_time_range"
    | "slot_overlap"
    | "schedule_mismatch"
    | "no_slot_available"
    | "invalid_transition"
    | "version_conflict"
    | "policy_violation"
    | "forbidden"
    | "storage_busy"
    | "storage_misused"
    | "feed_reset"
    | "settings_mismatch"
    | "slot_blocked"
  > {
  /** Without the `problem`, which `reason` says for a program. */
  invalid_time_range: Omit<ErrorDetails["invalid_time_range"], "problem">;
  /** Without the `conflictingSlotId`. */
  slot_overlap: Omit<ErrorDetails["slot_overlap"], "conflictingSlotId">;
  /** `expected` and `actual` are there for a `timeZone`. Providers and facilities may be those of others. */
  schedule_mismatch: OptionalIn<ErrorDetails["schedule_mismatch"], "expected" | "actual">;
  /** Without the `busySource`. */
  slot_blocked: Omit<ErrorDetails["slot_blocked"], "busySource">;
  /** The provider and the facility are there if the caller named them. */
  no_slot_available: OptionalIn<ErrorDetails["no_slot_available"], "providerId" | "facilityId">;
  /** The `id` is there unless the database's guard refused a record that the caller may not have named. Without the `busySource`. */
  invalid_transition: OptionalIn<Omit<ErrorDetails["invalid_transition"], "guard" | "busySource">, "id">;
  /** The `id` is there for a slot and an appointment. */
  version_conflict: OptionalIn<ErrorDetails["version_conflict"], "id">;
  /** The `problem` is there if it is the host's own sentence. Without the id that is in the way, and what helps: a preview shows these. */
  policy_violation: OptionalIn<Omit<ErrorDetails["policy_violation"], "unanswered" | "blockedBy" | "helps">, "problem">;
  /** The `problem` is there if it is the host's own sentence. */
  forbidden: OptionalIn<Omit<ErrorDetails["forbidden"], "unanswered" | "actorId">, "problem">;
  /** Without the `problem`, which is the developer's. */
  storage_busy: Omit<ErrorDetails["storage_busy"], "problem">;
  /** Nothing: the `relay` is the operator's. */
  feed_reset: Record<never, never>;
  /** Nothing: the `problem` is the developer's. */
  storage_misused: Record<never, never>;
  /** Nothing: the setting is the developer's. */
  settings_mismatch: Record<never, never>;
}

type OptionalIn<T, Field extends keyof T> = Omit<T, Field> & Partial<Pick<T, Field>>;

/** Every field that may be shown: always, or if its condition holds. A field that is not in the table is left out. */
type Shows<C extends ErrorCode> = {
  readonly [Field in keyof ScreenDetails[C]]-?: true | ((details: ErrorDetails[C]) => boolean);
};

const slot = { slotId: true, version: true, command: true, alternatives: true, timeZone: true } as const;
const isAnswered = ({ unanswered }: { readonly unanswered?: true }) => unanswered === undefined;

const onScreen: { readonly [C in ErrorCode]: Shows<C> } = {
  invalid_input: { issues: true },
  invalid_time_range: { start: true, end: true, reason: true, index: true },
  availability_not_found: { providerId: true, facilityId: true },
  schedule_not_found: { providerId: true, facilityId: true },
  slot_not_found: { slotId: true },
  appointment_not_found: { appointmentId: true },
  slot_exists: { slotId: true, index: true },
  appointment_exists: { appointmentId: true },
  hold_not_found: { slotId: true, command: true },
  slot_booked: slot,
  slot_held: { ...slot, heldUntil: true },
  slot_blocked: slot,
  slot_withdrawn: slot,
  slot_overlap: {
    start: true,
    end: true,
    seat: true,
    conflictingStart: true,
    conflictingEnd: true,
    index: true,
    command: true,
    timeZone: true,
  },
  time_mismatch: { slotId: true, slotStart: true, slotEnd: true, start: true, end: true, timeZone: true },
  schedule_mismatch: {
    field: true,
    expected: ({ field }) => field === "timeZone",
    actual: ({ field }) => field === "timeZone",
  },
  no_slot_available: {
    appointmentId: true,
    command: true,
    // Those of an appointment are found by the library.
    providerId: ({ appointmentId }) => appointmentId === undefined,
    facilityId: ({ appointmentId }) => appointmentId === undefined,
    start: true,
    end: true,
    holdsNone: true,
    alternatives: true,
    timeZone: true,
  },
  invalid_transition: { record: true, id: ({ guard }) => guard === undefined, from: true, command: true },
  version_conflict: { record: true, id: ({ record }) => record !== "schedule", expected: true, actual: true },
  idempotency_key_reused: { idempotencyKey: true },
  hold_expired: { slotId: true, expiredAt: true, timeZone: true },
  hold_not_owned: { slotId: true, heldUntil: true, timeZone: true },
  request_expired: { appointmentId: true, expiredAt: true, timeZone: true },
  offer_not_found: { appointmentId: true },
  offer_expired: { appointmentId: true, expiredAt: true, timeZone: true },
  policy_violation: { policy: true, problem: isAnswered, values: true, alternatives: true, timeZone: true },
  forbidden: { command: true, problem: isAnswered, policy: true },
  storage_busy: { idempotencyKey: true, waitedMs: true, repeat: true },
  storage_unavailable: {},
  storage_read_only: {},
  storage_misused: {},
  refused_by_database: {},
  outcome_unknown: { idempotencyKey: true },
  schema_outdated: {},
  schema_too_new: {},
  feed_reset: {},
  settings_mismatch: {},
  aborted: {},
};

/** The details without what is not for the caller. */
export function screenDetails<C extends ErrorCode>(code: C, details: DetailsOf<C>): ScreenDetails[C] & EndedEarly {
  const fields = Object.entries<true | ((details: ErrorDetails[C]) => boolean)>(onScreen[code]);
  const values: Readonly<Record<string, unknown>> = { ...details };
  const seen = fields.filter(([name, isSeen]) => name in values && (isSeen === true || isSeen(details)));
  const { createdSoFar, doneSoFar } = details;
  return {
    ...Object.fromEntries(seen.map(([name]) => [name, values[name]])),
    ...(createdSoFar !== undefined && { createdSoFar }),
    ...(doneSoFar !== undefined && { doneSoFar }),
  } as ScreenDetails[C] & EndedEarly;
}
