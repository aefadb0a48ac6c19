import type {
  BookInput,
  CancelInput,
  CheckInInput,
  CompleteInput,
  MarkNoShowInput,
  RescheduleInput,
} from "../../model/command-inputs.ts";
import type {
  AcceptInput,
  AcceptOfferInput,
  DeclineInput,
  DeclineOfferInput,
  OfferInput,
  RequestInput,
} from "../../model/request-inputs.ts";
import type { Accepted } from "../../rules/accept.ts";
import type { Booked } from "../../rules/book.ts";
import type { EndedAppointment } from "../../rules/cancel.ts";
import type { ChangedAppointment } from "../../rules/check-in.ts";
import type { DeclinedOffer } from "../../rules/decline-offer.ts";
import type { Offered } from "../../rules/offer.ts";
import type { Requested } from "../../rules/request.ts";
import type { Rescheduled } from "../../rules/reschedule.ts";
import type { InputOf } from "./whose.ts";

/** The commands about appointments. */
export interface AppointmentCommands<Whose extends "host" | "actor" = "host"> {
  /**
   * Creates an appointment and takes its slot in one commit: the slot with this `slotId` or, without one, a free slot
   * of the provider at the facility that contains the time. If there is none, and the hours of the provider have a computed opening
   * at exactly that time, its slot is made in the same commit. Of two callers who want the same slot, one gets it, and the
   * other is refused with the reason.
   *
   * @returns The appointment, and the slots that it owns now. None if it is only `scheduled`.
   * @throws BookingError `appointment_exists`, `invalid_time_range`, `slot_not_found`, `hold_not_found`,
   * `slot_booked`, `slot_held`, `slot_blocked`, `slot_withdrawn`, `time_mismatch`, `schedule_mismatch`, `no_slot_available`,
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
   * Asks for an appointment: for a free slot, for one of several, or for a time. It is `scheduled` until its provider
   * accepts or declines it, or offers another time. With `holdSeconds`, nobody else gets the slots meanwhile.
   *
   * @returns The appointment, now `scheduled`, and the slots that are held for it.
   * @throws BookingError `appointment_exists`, `slot_not_found`, `slot_booked`, `slot_held`, `slot_blocked`, `slot_withdrawn`,
   * `time_mismatch`, `schedule_mismatch`, `invalid_time_range`, `invalid_transition`, `version_conflict`,
   * `invalid_input`, `idempotency_key_reused`,
   * `policy_violation`, `forbidden`, `storage_busy`, `storage_unavailable`, `storage_read_only`, `storage_misused`,
   * `refused_by_database`, `outcome_unknown`, `schema_outdated`, `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * // Held for a day: until then, the provider decides, and nobody else gets the slot.
   * await engine.request({ actor, slotId, subjectId, holdSeconds: 86_400 });
   * // A time, whether or not there is a slot.
   * const time = { start: "2027-03-22T09:00:00+01:00", end: "2027-03-22T09:30:00+01:00" };
   * await engine.request({ actor, subjectId, providerId: "dr-grey", facilityId: "north", ...time });
   * ```
   */
  request(input: InputOf<RequestInput, Whose>): Promise<Requested>;

  /**
   * Takes a `scheduled` appointment into a slot, which confirms it: the slot with this `slotId`; without one, the first
   * free slot that was asked for or, if a time was, a free slot of the provider at the facility that contains it, or that of
   * a computed opening, which it makes. With a `holdToken`, it takes the one of these that this holds. If a policy refuses that slot, `alternatives` has the others that were asked for and would do.
   *
   * @returns The appointment, now `confirmed`, the slots that it owns, and those that were held for it besides and became
   * available.
   * @throws BookingError `request_expired`, `slot_not_found`, `appointment_not_found`, `hold_not_found`, `hold_expired`,
   * `hold_not_owned`, `slot_booked`, `slot_held`, `slot_blocked`, `slot_withdrawn`, `time_mismatch`, `schedule_mismatch`,
   * `no_slot_available`, `invalid_transition`, `version_conflict`, `invalid_input`, `idempotency_key_reused`,
   * `policy_violation`, `forbidden`, `storage_busy`, `storage_unavailable`, `storage_read_only`, `storage_misused`,
   * `refused_by_database`, `outcome_unknown`, `schema_outdated`, `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { appointment, slots } = await engine.accept({ actor, appointmentId });
   * ```
   */
  accept(input: InputOf<AcceptInput, Whose>): Promise<Accepted>;

  /**
   * Says no to a `scheduled` appointment, with a reason. What is held for it becomes available in the same commit. It is
   * final, and told apart from `cancelled`.
   *
   * @returns The appointment, now `declined`, and the slots that became available.
   * @throws BookingError `appointment_not_found`, `invalid_transition`, `version_conflict`,
   * `invalid_input`, `idempotency_key_reused`,
   * `policy_violation`, `forbidden`, `storage_busy`, `storage_unavailable`, `storage_read_only`, `storage_misused`,
   * `refused_by_database`, `outcome_unknown`, `schema_outdated`, `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { appointment } = await engine.decline({ actor, appointmentId, reason: "We are closed that week" });
   * ```
   */
  decline(input: InputOf<DeclineInput, Whose>): Promise<EndedAppointment>;

  /**
   * Offers another time for a `scheduled` appointment. Its slot is held for the appointment until the offer ends, by the
   * clock and without any job. A further offer takes the place of the one before.
   *
   * @returns The appointment, still `scheduled`, with the offer in `request.offer`; the slot, now `held`; and that of the
   * offer before, which becomes free, or stays held as long as the request holds it.
   * @throws BookingError `request_expired`, `slot_not_found`, `appointment_not_found`, `slot_booked`, `slot_held`,
   * `slot_blocked`, `slot_withdrawn`, `time_mismatch`, `schedule_mismatch`, `invalid_time_range`, `invalid_transition`, `version_conflict`,
   * `invalid_input`, `idempotency_key_reused`,
   * `policy_violation`, `forbidden`, `storage_busy`, `storage_unavailable`, `storage_read_only`, `storage_misused`,
   * `refused_by_database`, `outcome_unknown`, `schema_outdated`, `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { appointment } = await engine.offer({ actor, appointmentId, slotId, seconds: 48 * 60 * 60 });
   * ```
   */
  offer(input: InputOf<OfferInput, Whose>): Promise<Offered>;

  /**
   * Takes the time that was offered, which confirms the appointment. It is for the subject: `authorize` tells who that is.
   *
   * @returns The appointment, now `confirmed` at the time of the offer, the slot that it owns, and those that were held for
   * it besides and became available.
   * @throws BookingError `offer_not_found`, `offer_expired`, `slot_not_found`, `appointment_not_found`, `slot_booked`,
   * `slot_held`, `slot_blocked`, `slot_withdrawn`, `invalid_transition`, `version_conflict`,
   * `invalid_input`, `idempotency_key_reused`,
   * `policy_violation`, `forbidden`, `storage_busy`, `storage_unavailable`, `storage_read_only`, `storage_misused`,
   * `refused_by_database`, `outcome_unknown`, `schema_outdated`, `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { appointment, slots } = await engine.acceptOffer({ actor, appointmentId });
   * ```
   */
  acceptOffer(input: InputOf<AcceptOfferInput, Whose>): Promise<Accepted>;

  /**
   * Does not take the time that was offered. Its slot becomes free, unless the request holds it as well, and the
   * appointment waits for its provider again.
   *
   * @returns The appointment, still `scheduled`, and the slot if that changed: it is free, or held for a shorter time, as
   * the request says.
   * @throws BookingError `offer_not_found`, `offer_expired`, `appointment_not_found`, `invalid_transition`,
   * `version_conflict`, `invalid_input`, `idempotency_key_reused`,
   * `policy_violation`, `forbidden`, `storage_busy`, `storage_unavailable`, `storage_read_only`, `storage_misused`,
   * `refused_by_database`, `outcome_unknown`, `schema_outdated`, `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * await engine.declineOffer({ actor, appointmentId, reason: "Not before noon" });
   * ```
   */
  declineOffer(input: InputOf<DeclineOfferInput, Whose>): Promise<DeclinedOffer>;

  /**
   * Moves a confirmed appointment to other slots of the same provider and facility. The new slots are taken and the old
   * ones become available in one commit. If a new one is not available, the appointment keeps what it has. Without a
   * `slotId`, it moves to a time: it stays in its slot if that contains the time (one that was made of an opening, only
   * at the same time), or takes a free slot that does, or that of a computed opening at exactly that time, which is made
   * in the same commit. A slot that was made for it is not in the way. With a `holdToken`, it takes the slot that this
   * holds at that time.
   *
   * @returns The appointment with its new times, the slots that it owns now, and those that became available.
   * @throws BookingError `invalid_time_range`, `slot_not_found`, `appointment_not_found`, `hold_not_found`,
   * `hold_expired`, `hold_not_owned`, `slot_booked`, `slot_held`, `slot_blocked`, `slot_withdrawn`, `time_mismatch`,
   * `schedule_mismatch`, `no_slot_available`, `invalid_transition`, `version_conflict`, `invalid_input`,
   * `idempotency_key_reused`, `policy_violation`, `forbidden`, `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `storage_misused`, `refused_by_database`, `outcome_unknown`, `schema_outdated`,
   * `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { appointment } = await engine.reschedule({ actor, appointmentId, slotId, alternatives: 3 });
   * // A time, at the same provider and facility.
   * const time = { start: "2027-03-22T09:00:00+01:00", end: "2027-03-22T09:30:00+01:00" };
   * await engine.reschedule({ actor, appointmentId, ...time });
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
   * Cancels an appointment that is scheduled, confirmed or checked in. Its slots, and what is held for it, become
   * available in the same commit.
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
