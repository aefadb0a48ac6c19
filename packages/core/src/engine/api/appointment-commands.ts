import type {
  AcceptInput,
  BookInput,
  CancelInput,
  CheckInInput,
  CompleteInput,
  MarkNoShowInput,
  RescheduleInput,
} from "../../model/command-inputs.ts";
import type { Booked } from "../../rules/book.ts";
import type { EndedAppointment } from "../../rules/cancel.ts";
import type { ChangedAppointment } from "../../rules/check-in.ts";
import type { Rescheduled } from "../../rules/reschedule.ts";
import type { InputOf } from "./whose.ts";

/** The commands about appointments. */
export interface AppointmentCommands<Whose extends "host" | "actor" = "host"> {
  /**
   * Creates an appointment and takes its slot in one commit: the slot with this `slotId` or, without one, a free slot
   * of the provider at the facility that contains the time. Of two callers who want the same slot, one gets it, and the
   * other is refused with the reason.
   *
   * @returns The appointment, and the slots that it owns now. None if it is only `scheduled`.
   * @throws BookingError `appointment_exists`, `invalid_time_range`, `slot_not_found`, `hold_not_found`,
   * `slot_booked`, `slot_held`, `slot_blocked`, `time_mismatch`, `schedule_mismatch`, `no_slot_available`,
   * `invalid_transition`, `version_conflict`, `hold_expired`, `hold_not_owned`, `invalid_input`,
   * `idempotency_key_reused`, `policy_violation`, `forbidden`, `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `storage_misused`, `refused_by_database`, `outcome_unknown`, `schema_outdated`,
   * `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * // A slot that the caller has seen.
   * await engine.book({ actor, slotId, subjectId, idempotencyKey: "request-1" });
   * // A time: any free slot that contains it.
   * const time = { start: "2027-03-22T09:00:00+01:00", end: "2027-03-22T09:30:00+01:00" };
   * await engine.book({ actor, subjectId, providerId: "dr-grey", facilityId: "north", ...time });
   * ```
   */
  book(input: InputOf<BookInput, Whose>): Promise<Booked>;

  /**
   * Takes a `scheduled` appointment into a slot, which confirms it: the slot with this `slotId` or, without one, a free
   * slot of the provider at the facility that contains the time of the appointment.
   *
   * @returns The appointment, now `confirmed`, and the slots that it owns.
   * @throws BookingError `slot_not_found`, `appointment_not_found`, `hold_not_found`, `hold_expired`,
   * `hold_not_owned`, `slot_booked`, `slot_held`, `slot_blocked`, `time_mismatch`, `schedule_mismatch`,
   * `no_slot_available`, `invalid_transition`, `version_conflict`, `invalid_input`, `idempotency_key_reused`,
   * `policy_violation`, `forbidden`, `storage_busy`, `storage_unavailable`, `storage_read_only`, `storage_misused`,
   * `refused_by_database`, `outcome_unknown`, `schema_outdated`, `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { appointment, slots } = await engine.accept({ actor, appointmentId });
   * ```
   */
  accept(input: InputOf<AcceptInput, Whose>): Promise<Booked>;

  /**
   * Moves a confirmed appointment to other slots of the same provider and facility. The new slots are taken and the old
   * ones become available in one commit. If a new one is not available, the appointment keeps what it has.
   *
   * @returns The appointment with its new times, the slots that it owns now, and those that became available.
   * @throws BookingError `invalid_time_range`, `slot_not_found`, `appointment_not_found`, `hold_not_found`,
   * `hold_expired`, `hold_not_owned`, `slot_booked`, `slot_held`, `slot_blocked`, `time_mismatch`,
   * `schedule_mismatch`, `invalid_transition`, `version_conflict`, `invalid_input`, `idempotency_key_reused`,
   * `policy_violation`, `forbidden`, `storage_busy`, `storage_unavailable`, `storage_read_only`, `storage_misused`,
   * `refused_by_database`, `outcome_unknown`, `schema_outdated`, `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { appointment } = await engine.reschedule({ actor, appointmentId, slotId, alternatives: 3 });
   * ```
   */
  reschedule(input: InputOf<RescheduleInput, Whose>): Promise<Rescheduled>;

  /**
   * Records that the subject of a confirmed appointment has arrived.
   *
   * @returns The appointment, now `checked_in`.
   * @throws BookingError `appointment_not_found`, `invalid_transition`, `version_conflict`, `invalid_input`,
   * `idempotency_key_reused`, `policy_violation`, `forbidden`, `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `storage_misused`, `refused_by_database`, `outcome_unknown`, `schema_outdated`,
   * `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { appointment } = await engine.checkIn({ actor, appointmentId });
   * ```
   */
  checkIn(input: InputOf<CheckInInput, Whose>): Promise<ChangedAppointment>;

  /**
   * Records that a confirmed or checked-in appointment has taken place. It keeps its slots, and is final.
   *
   * @returns The appointment, now `completed`.
   * @throws BookingError `appointment_not_found`, `invalid_transition`, `version_conflict`, `invalid_input`,
   * `idempotency_key_reused`, `policy_violation`, `forbidden`, `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `storage_misused`, `refused_by_database`, `outcome_unknown`, `schema_outdated`,
   * `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { appointment } = await engine.complete({ actor, appointmentId });
   * ```
   */
  complete(input: InputOf<CompleteInput, Whose>): Promise<ChangedAppointment>;

  /**
   * Records that the subject of a confirmed or checked-in appointment did not come. Its slots become available in the
   * same commit. It is final.
   *
   * @returns The appointment, now `no_show`, and the slots that became available.
   * @throws BookingError `appointment_not_found`, `invalid_transition`, `version_conflict`, `invalid_input`,
   * `idempotency_key_reused`, `policy_violation`, `forbidden`, `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `storage_misused`, `refused_by_database`, `outcome_unknown`, `schema_outdated`,
   * `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { appointment, slots } = await engine.markNoShow({ actor, appointmentId });
   * ```
   */
  markNoShow(input: InputOf<MarkNoShowInput, Whose>): Promise<EndedAppointment>;

  /**
   * Cancels an appointment that is scheduled, confirmed or checked in. Its slots become available in the same commit.
   * It is final.
   *
   * @returns The appointment, now `cancelled`, and the slots that became available.
   * @throws BookingError `appointment_not_found`, `invalid_transition`, `version_conflict`, `invalid_input`,
   * `idempotency_key_reused`, `policy_violation`, `forbidden`, `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `storage_misused`, `refused_by_database`, `outcome_unknown`, `schema_outdated`,
   * `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { slots } = await engine.cancel({ actor, appointmentId, ifVersion: 1, reason: "Feels well again" });
   * ```
   */
  cancel(input: InputOf<CancelInput, Whose>): Promise<EndedAppointment>;
}
