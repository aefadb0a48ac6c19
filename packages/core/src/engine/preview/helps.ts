import type { ErrorCode, Refusal } from "../../errors/index.ts";
import type { Help } from "../../model/help.ts";
import type { RecordKey } from "../../model/record.ts";
import { appointmentKey, slotKey } from "../../rules/find.ts";

const byCode: Partial<Readonly<Record<ErrorCode, readonly Help[]>>> = {
  slot_booked: ["another_time"],
  slot_held: ["another_time", "later"],
  slot_blocked: ["another_time"],
  slot_withdrawn: ["another_time"],
  slot_overlap: ["another_time"],
  time_mismatch: ["another_time"],
  no_slot_available: ["another_time"],
  invalid_time_range: ["another_time"],
  hold_expired: ["another_time"],
  hold_not_owned: ["another_time", "later"],
  request_expired: ["another_time"],
  offer_not_found: ["later"],
  offer_expired: ["another_time"],
  policy_violation: ["another_time", "more_rights"],
  forbidden: ["more_rights"],
};

/** Empty if only another command could help. A policy may know better than its code. */
export function helpAgainst({ refused, details }: Refusal): readonly Help[] {
  const known = refused === "policy_violation" ? details.helps : undefined;
  return known ?? byCode[refused] ?? [];
}

/** The record that is in the way. Undefined if it is none, or one that is not stored yet. */
export function obstacleIn({ refused, details }: Refusal): RecordKey | undefined {
  if (refused === "slot_overlap")
    return details.conflictingSlotId === null ? undefined : slotKey(details.conflictingSlotId);
  if ("blockedBy" in details) return details.blockedBy;
  if ("record" in details) return details.record === "schedule" ? undefined : { kind: details.record, id: details.id };
  if ("slotId" in details) return slotKey(details.slotId);
  if (refused === "appointment_exists" || refused === "request_expired") return appointmentKey(details.appointmentId);
  return refused === "offer_not_found" || refused === "offer_expired"
    ? appointmentKey(details.appointmentId)
    : undefined;
}
