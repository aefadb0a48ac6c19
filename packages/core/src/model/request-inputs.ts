import type { AppointmentCommandInput, CommandEnvelope, SlotTakingInput } from "./command-envelope.ts";
import type { InstantInput } from "./instant.ts";
import type { Metadata } from "./values.ts";

/** What `request` takes of every kind. */
interface AskingInput extends CommandEnvelope {
  /**
   * The id that the appointment gets: 1 to 128 characters, not `.` or `..`. An id that an appointment has already is refused
   * with `appointment_exists`. Default: a UUIDv7.
   */
  readonly appointmentId?: string | undefined;
  /** Whom the appointment is for: your id for a patient or a customer. 1 to 128 characters. */
  readonly subjectId: string;
  /**
   * Until when the request can be accepted: later than now. From then on it counts as expired, without any job; it can
   * still be declined or cancelled. Default: it does not expire.
   */
  readonly expiresAt?: InstantInput | undefined;
  /**
   * A plain JSON object of your own, kept with the appointment: at most 16 384 characters of JSON, nested at most
   * 16 levels deep. Default `{}`.
   */
  readonly metadata?: Metadata | undefined;
}

/** What `request` takes to ask for a slot, or for one of several. */
export interface RequestSlotInput extends AskingInput {
  /** The slot that is asked for, which must be free: 1 to 128 characters. */
  readonly slotId: string;
  /**
   * Ids of other slots of the same provider and facility that would do as well, the best first. They must be free. At
   * most 7, none of them twice. Default `[]`.
   */
  readonly orSlotIds?: readonly string[] | undefined;
  /**
   * The version of the slot `slotId` that the caller has seen, from 1. Another version is refused with
   * `version_conflict`. Default: any version.
   */
  readonly ifVersion?: number | undefined;
  /** When the appointment begins, within the slot. Not beside `orSlotIds`. Default: when the slot begins. */
  readonly start?: InstantInput | undefined;
  /** When the appointment ends, exclusive, within the slot. Not beside `orSlotIds`. Default: when the slot ends. */
  readonly end?: InstantInput | undefined;
  /**
   * How long all slots that are asked for are held for the appointment, in seconds from now: 1 to 2 678 400, which is 31
   * days, and not beyond `expiresAt`. Nobody else gets them meanwhile. Default: they are not held, and anybody may take
   * them.
   */
  readonly holdSeconds?: number | undefined;
  /**
   * How many free slots nearby a refusal offers in `details.alternatives`, if a slot is taken: 0 to 20. Default 0.
   */
  readonly alternatives?: number | undefined;
}

/** What `request` takes to ask for a time, whether or not there is a slot. */
export interface RequestTimeInput extends AskingInput {
  /** Absent: with a `slotId` the call asks for that slot. */
  readonly slotId?: undefined;
  /** Who is asked. 1 to 128 characters. */
  readonly providerId: string;
  /** Where the appointment is to be. 1 to 128 characters. */
  readonly facilityId: string;
  /** When the appointment begins. From the year 1900 to 2199. */
  readonly start: InstantInput;
  /** When the appointment ends, exclusive: after `start`, by at most 31 days. */
  readonly end: InstantInput;
}

/** What `request` takes: slots by their ids, or a time. */
export type RequestInput = RequestSlotInput | RequestTimeInput;

/** What `accept` takes. */
export interface AcceptInput extends AppointmentCommandInput, SlotTakingInput {
  /**
   * The slot to take: 1 to 128 characters. It must have the appointment's provider and facility, and be one that was
   * asked for, or contain the appointment's time. Default: the first free slot that was asked for; if a time was, a free
   * slot of the provider at the facility that contains it. With a `holdToken`, the one of these that it holds.
   */
  readonly slotId?: string | undefined;
}

/** What `decline` takes. */
export interface DeclineInput extends AppointmentCommandInput {
  /** Why, for the person who asked: 1 to 500 characters, and not only white space. It is written to the journal. */
  readonly reason: string;
}

/** What `offer` takes. */
export interface OfferInput extends AppointmentCommandInput {
  /** The slot that is offered, of the appointment's provider and facility: 1 to 128 characters. It must be free. */
  readonly slotId: string;
  /** When the appointment would begin, within the slot. Default: when the slot begins. */
  readonly start?: InstantInput | undefined;
  /** When the appointment would end, exclusive, within the slot. Default: when the slot ends. */
  readonly end?: InstantInput | undefined;
  /**
   * How long the offer lasts and its slot is held, in seconds from now: 1 to 2 678 400, which is 31 days. Default 86 400,
   * which is a day.
   */
  readonly seconds?: number | undefined;
  /**
   * How many free slots nearby a refusal offers in `details.alternatives`, if the slot is taken: 0 to 20. Default 0.
   */
  readonly alternatives?: number | undefined;
}

/** What `acceptOffer` takes. */
export interface AcceptOfferInput extends AppointmentCommandInput {}

/** What `declineOffer` takes. */
export interface DeclineOfferInput extends AppointmentCommandInput {}
