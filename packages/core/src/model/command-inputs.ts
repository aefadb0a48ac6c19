import type {
  AppointmentCommandInput,
  CommandEnvelope,
  SlotCommandInput,
  SlotTakingInput,
} from "./command-envelope.ts";
import type { InstantInput } from "./instant.ts";
import type {
  AcceptInput,
  AcceptOfferInput,
  DeclineInput,
  DeclineOfferInput,
  OfferInput,
  RequestInput,
} from "./request-inputs.ts";
import type { SetAvailabilityInput } from "./set-availability-input.ts";
import type { Metadata } from "./values.ts";

/** A slot to be created. */
export interface NewSlotInput {
  /**
   * The id that the slot gets: 1 to 128 characters, not `.` or `..`, and no UUID of version 8, which slots of computed openings have.
   * An id that a slot has already is refused with `slot_exists`. Leave it out if `capacity` is above 1. Default: a UUIDv7.
   */
  readonly slotId?: string | undefined;
  /** When the slot begins; the instant belongs to it. From the year 1900 to 2199. */
  readonly start: InstantInput;
  /** When the slot ends; the instant no longer belongs to it. After `start`, by at most 31 days. */
  readonly end: InstantInput;
  /**
   * How many appointments the slot takes. A group slot becomes one slot for each seat, and they differ in `seat` and
   * `id`. 1 to 1000. Default 1.
   */
  readonly capacity?: number | undefined;
  /**
   * A plain JSON object of your own, kept and returned as it came: at most 16 384 characters of JSON, nested at most
   * 16 levels deep. Default `{}`.
   */
  readonly metadata?: Metadata | undefined;
}

/** What `createSlots` takes. */
export interface CreateSlotsInput extends CommandEnvelope {
  /**
   * The version of the schedule that the caller has seen; 0 means that the schedule must not exist yet. Another version
   * is refused with `version_conflict`. Default: any version.
   */
  readonly ifVersion?: number | undefined;
  /** Whose slots they are: your id for a practitioner, a room or a device. 1 to 128 characters. */
  readonly providerId: string;
  /** Where they are: your id for a facility. 1 to 128 characters. */
  readonly facilityId: string;
  /**
   * The IANA time zone of the schedule, such as `Europe/Berlin`. A schedule that exists must have this zone, under this
   * or another of its names. Default: the zone that the schedule has, and `UTC` if it does not exist yet.
   */
  readonly timeZone?: string | undefined;
  /**
   * The slots: at least 1, and at most 50 000, seats counted, or about 15 MB of them. They must not overlap each other,
   * or an available, held or booked slot of the same schedule and seat.
   */
  readonly slots: readonly NewSlotInput[];
}

/** What `block` takes. */
export interface BlockInput extends SlotCommandInput {}

/** What `unblock` takes. */
export interface UnblockInput extends SlotCommandInput {}

/** How long a hold lasts, and whose it is. */
interface HoldingInput {
  /** How long the hold lasts, in seconds from now: 1 to 86 400, which is a day. Default 300. */
  readonly seconds?: number | undefined;
  /**
   * Your id for who holds the slots, such as a session or a subject: 1 to 128 characters. It finds them in lists, and
   * `maximumHolds` counts by it. It takes no slot: that is for the token. Default: nobody is named.
   */
  readonly holderId?: string | undefined;
}

/** What `hold` takes to hold slots that are known by their ids. */
export interface HoldSlotInput extends SlotCommandInput, HoldingInput {
  /**
   * Ids of further slots that are held with the same token, all or none of them: a room's or a device's, or the next one. At most 15, none of them
   * twice. Default `[]`.
   */
  readonly alsoSlotIds?: readonly string[] | undefined;
}

/**
 * What `hold` takes to hold a time: it finds a free slot that contains the time, or makes one, if the time is a computed
 * opening of the hours.
 */
export interface HoldTimeInput extends CommandEnvelope, HoldingInput {
  /** Absent: with a `slotId` the call holds that slot. */
  readonly slotId?: undefined;
  /** Whose slot is wanted. 1 to 128 characters. */
  readonly providerId: string;
  /** Where the slot must be. 1 to 128 characters. */
  readonly facilityId: string;
  /** When the time begins. From the year 1900 to 2199. */
  readonly start: InstantInput;
  /** When the time ends, exclusive: after `start`, by at most 31 days. */
  readonly end: InstantInput;
}

/** What `hold` takes: slots by their ids, or a time. */
export type HoldInput = HoldSlotInput | HoldTimeInput;

/** What `extend` takes. */
export interface ExtendInput extends SlotCommandInput {
  /**
   * Ids of further slots that the same token holds, all or none of them: a room's or a device's, or the next one. At most 15, none of them
   * twice. Default `[]`.
   */
  readonly alsoSlotIds?: readonly string[] | undefined;
  /** The token that `hold` returned: 1 to 128 characters. */
  readonly holdToken: string;
  /**
   * How long the hold lasts, in seconds from now: 1 to 86 400, which is a day. A hold that lasts longer already keeps
   * its end. Default 300.
   */
  readonly seconds?: number | undefined;
}

/** What `release` takes. */
export interface ReleaseInput extends SlotCommandInput {
  /**
   * Ids of further slots that the same token holds, all or none of them: a room's or a device's, or the next one. At most 15, none of them
   * twice. Default `[]`.
   */
  readonly alsoSlotIds?: readonly string[] | undefined;
  /** The token that `hold` returned: 1 to 128 characters. */
  readonly holdToken: string;
}

/** What `breakHold` takes. */
export interface BreakHoldInput extends SlotCommandInput {
  /** Why, for the person who held it: 1 to 500 characters, and not only white space. It is written to the journal. */
  readonly reason: string;
  /** Whether the slot is blocked in the same step, so that nobody gets it in between. Default `false`: it is available. */
  readonly block?: boolean | undefined;
}

/** What `book` takes to book a slot that is known by its id. */
export interface BookSlotInput extends SlotCommandInput, SlotTakingInput {
  /**
   * The id that the appointment gets: 1 to 128 characters, not `.` or `..`. An id that an appointment has already is refused
   * with `appointment_exists`. Default: a UUIDv7.
   */
  readonly appointmentId?: string | undefined;
  /** Whom the appointment is for: your id for a patient or a customer. 1 to 128 characters. */
  readonly subjectId: string;
  /**
   * The provider that the slot must have. Another provider is refused with `schedule_mismatch`. 1 to 128 characters.
   * Default: any provider.
   */
  readonly providerId?: string | undefined;
  /**
   * The facility that the slot must have. Another facility is refused with `schedule_mismatch`. 1 to 128 characters.
   * Default: any facility.
   */
  readonly facilityId?: string | undefined;
  /** When the appointment begins, within the slot. From the year 1900 to 2199. Default: when the slot begins. */
  readonly start?: InstantInput | undefined;
  /** When the appointment ends, exclusive: after `start`, and within the slot. Default: when the slot ends. */
  readonly end?: InstantInput | undefined;
  /**
   * A plain JSON object of your own, kept with the appointment: at most 16 384 characters of JSON, nested at most
   * 16 levels deep. Default `{}`.
   */
  readonly metadata?: Metadata | undefined;
}

/**
 * What `book` takes to book a time: it finds a free slot that contains the time, or makes one, if the time is a computed
 * opening of the hours.
 */
export interface BookTimeInput extends CommandEnvelope {
  /** Absent: with a `slotId` the call books that slot. */
  readonly slotId?: undefined;
  /**
   * The id that the appointment gets: 1 to 128 characters, not `.` or `..`. An id that an appointment has already is refused
   * with `appointment_exists`. Default: a UUIDv7.
   */
  readonly appointmentId?: string | undefined;
  /** Whom the appointment is for: your id for a patient or a customer. 1 to 128 characters. */
  readonly subjectId: string;
  /** Whose slot is wanted. 1 to 128 characters. */
  readonly providerId: string;
  /** Where the slot must be. 1 to 128 characters. */
  readonly facilityId: string;
  /** When the appointment begins. From the year 1900 to 2199. */
  readonly start: InstantInput;
  /** When the appointment ends, exclusive: after `start`, by at most 31 days. */
  readonly end: InstantInput;
  /**
   * What happens if no slot is free, and the time is no opening: `"refuse"` rejects with `no_slot_available`; `"schedule"` stores a `scheduled`
   * appointment, which owns no slot until the provider accepts it. A `holdToken` that holds no slot there is refused all the same.
   * Default `"refuse"`.
   */
  readonly ifNoSlot?: "refuse" | "schedule" | undefined;
  /**
   * The token that `hold` returned, if the time is held for this: the shortest slot that it holds and that contains the time is taken, and
   * no other one. An array of at most 16 tokens, of which any may hold it. Default: none, so a slot must be free, or the time an opening.
   */
  readonly holdToken?: string | readonly string[] | undefined;
  /**
   * A plain JSON object of your own, kept with the appointment: at most 16 384 characters of JSON, nested at most
   * 16 levels deep. Default `{}`.
   */
  readonly metadata?: Metadata | undefined;
  /** How many free slots nearby a refusal offers in `details.alternatives`: 0 to 20. Default 0. */
  readonly alternatives?: number | undefined;
}

/** What `book` takes: a slot by its id, or a time. */
export type BookInput = BookSlotInput | BookTimeInput;

/** What `reschedule` takes to move an appointment to a slot that is known by its id. */
export interface RescheduleSlotInput extends AppointmentCommandInput, SlotTakingInput {
  /**
   * The slot to move to, of the same provider and facility: 1 to 128 characters. The appointment may own it already.
   */
  readonly slotId: string;
  /** The new start of the appointment, within the slot. From the year 1900 to 2199. Default: when the slot begins. */
  readonly start?: InstantInput | undefined;
  /** The new end of the appointment, exclusive: after `start`, and within the slot. Default: when the slot ends. */
  readonly end?: InstantInput | undefined;
}

/**
 * What `reschedule` takes to move an appointment to a time at its provider and facility: it stays in its slot if that contains the
 * time; a slot that was made of an opening, only at the same time. Otherwise `reschedule` finds a free slot that does, or makes one,
 * if the time is a computed opening of the hours. Further slots that the appointment owned are freed.
 */
export interface RescheduleTimeInput extends AppointmentCommandInput {
  /** Absent: with a `slotId` the call moves it to that slot. */
  readonly slotId?: undefined;
  /** The new start of the appointment. From the year 1900 to 2199. */
  readonly start: InstantInput;
  /** The new end of the appointment, exclusive: after `start`, by at most 31 days. */
  readonly end: InstantInput;
  /**
   * The token that `hold` returned, if the time is held for this: the shortest slot that it holds and that contains the time is taken, and
   * no other one. An array of at most 16 tokens, of which any may hold it. Default: none, so a slot must be free, or the time an opening.
   */
  readonly holdToken?: string | readonly string[] | undefined;
  /** How many free slots nearby a refusal offers in `details.alternatives`: 0 to 20. Default 0. */
  readonly alternatives?: number | undefined;
}

/** What `reschedule` takes: a slot by its id, or a time. */
export type RescheduleInput = RescheduleSlotInput | RescheduleTimeInput;

/** What `checkIn` takes. */
export interface CheckInInput extends AppointmentCommandInput {}

/** What `complete` takes. */
export interface CompleteInput extends AppointmentCommandInput {}

/** What `markNoShow` takes. */
export interface MarkNoShowInput extends AppointmentCommandInput {}

/** What `cancel` takes. */
export interface CancelInput extends AppointmentCommandInput {}

/** What each command takes, by its name. */
export type CommandInputs = {
  readonly setAvailability: SetAvailabilityInput;
  readonly createSlots: CreateSlotsInput;
  readonly block: BlockInput;
  readonly unblock: UnblockInput;
  readonly hold: HoldInput;
  readonly extend: ExtendInput;
  readonly release: ReleaseInput;
  readonly breakHold: BreakHoldInput;
  readonly book: BookInput;
  readonly request: RequestInput;
  readonly accept: AcceptInput;
  readonly decline: DeclineInput;
  readonly offer: OfferInput;
  readonly acceptOffer: AcceptOfferInput;
  readonly declineOffer: DeclineOfferInput;
  readonly reschedule: RescheduleInput;
  readonly checkIn: CheckInInput;
  readonly complete: CompleteInput;
  readonly markNoShow: MarkNoShowInput;
  readonly cancel: CancelInput;
};

/** A command as a caller writes it. */
export type CommandInput<Name extends keyof CommandInputs> = CommandInputs[Name];
