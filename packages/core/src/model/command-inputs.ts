import type { InstantInput } from "./instant.ts";
import type { Override } from "./override.ts";
import type { SetAvailabilityInput } from "./set-availability-input.ts";
import type { Actor, Metadata } from "./values.ts";

/** What every command may carry. */
export interface CommandEnvelope {
  /** Who runs the command. It is written to the journal, and given to `authorize` and to the policies. */
  readonly actor: Actor;
  /** Why, in the actor's words: at most 500 characters. It is written to the journal. Default: no reason. */
  readonly reason?: string | undefined;
  /**
   * The command takes effect at most once for each actor and key. A repeat with the same input gets the answer of the
   * first call, with `replayed: true`; the same key with another input is refused with `idempotency_key_reused`. The
   * same key of another actor is another command, unless the engine's `idempotencyScope` is `"host"`. 1 to 116
   * characters, such as a UUID that the client makes for each request. Default: a key that the engine makes, so a
   * repeat is another command.
   */
  readonly idempotencyKey?: string | undefined;
  /**
   * Policies that this command passes although they refuse it, each with a reason: 1 to 16 of them. `authorize` is asked
   * about each that is needed, and the journal keeps it. It never passes one of Slotwright's own rules. Default: none.
   */
  readonly override?: readonly Override[] | undefined;
}

/** A command about one slot. */
export interface SlotCommandInput extends CommandEnvelope {
  /** The id of the slot, as `createSlots` and `listSlots` return it: 1 to 128 characters. */
  readonly slotId: string;
  /**
   * The version of the slot that the caller has seen, from 1. Another version is refused with `version_conflict`.
   * Default: any version.
   */
  readonly ifVersion?: number | undefined;
}

/** A command about one appointment. */
export interface AppointmentCommandInput extends CommandEnvelope {
  /** The id of the appointment, as `book` and `listAppointments` return it: 1 to 128 characters. */
  readonly appointmentId: string;
  /**
   * The version of the appointment that the caller has seen, from 1. Another version is refused with
   * `version_conflict`. Default: any version.
   */
  readonly ifVersion?: number | undefined;
}

/** A slot to be created. */
export interface NewSlotInput {
  /**
   * The id that the slot gets: 1 to 128 characters. An id that a slot has already is refused with `slot_exists`. Leave
   * it out if `capacity` is above 1. Default: a UUIDv7.
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

/** What `hold` takes. */
export interface HoldInput extends SlotCommandInput {
  /**
   * Ids of further slots that are held with the same token, all or none of them: a room's or a device's, or the next one. At most 15, none of them
   * twice. Default `[]`.
   */
  readonly alsoSlotIds?: readonly string[] | undefined;
  /** How long the hold lasts, in seconds from now: 1 to 86 400, which is a day. Default 300. */
  readonly seconds?: number | undefined;
  /**
   * Your id for who holds the slots, such as a session or a subject: 1 to 128 characters. It finds them in lists, and
   * `maximumHolds` counts by it. It takes no slot: that is for the token. Default: nobody is named.
   */
  readonly holderId?: string | undefined;
}

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
  /** Why, for the person who held it: 1 to 500 characters. It is written to the journal. */
  readonly reason: string;
  /** Whether the slot is blocked in the same step, so that nobody gets it in between. Default `false`: it is available. */
  readonly block?: boolean | undefined;
}

/** A command that takes slots, and may offer others if one of them is not available. */
export interface SlotTakingInput {
  /**
   * Ids of further slots, such as a room's or a device's, that the appointment also takes: all or none of them. Each
   * must contain the whole appointment. At most 15, none of them twice. Default `[]`.
   */
  readonly alsoSlotIds?: readonly string[] | undefined;
  /**
   * How many free slots nearby a refusal offers in `details.alternatives`, if a slot is taken or none is free: 0 to 20.
   * Default 0.
   */
  readonly alternatives?: number | undefined;
  /**
   * The token that `hold` returned, if the slot is held for this. An array of at most 16 tokens, if further slots are
   * held too. Default: none, so a held slot is refused with `slot_held`.
   */
  readonly holdToken?: string | readonly string[] | undefined;
}

/** What `book` takes to book a slot that is known by its id. */
export interface BookSlotInput extends SlotCommandInput, SlotTakingInput {
  /**
   * The id that the appointment gets: 1 to 128 characters. An id that an appointment has already is refused with
   * `appointment_exists`. Default: a UUIDv7.
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
   * The id that the appointment gets: 1 to 128 characters. An id that an appointment has already is refused with
   * `appointment_exists`. Default: a UUIDv7.
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
   * appointment, which owns no slot until the provider accepts it. Default `"refuse"`.
   */
  readonly ifNoSlot?: "refuse" | "schedule" | undefined;
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

/** What `request` takes of every kind. */
interface AskingInput extends CommandEnvelope {
  /**
   * The id that the appointment gets: 1 to 128 characters. An id that an appointment has already is refused with
   * `appointment_exists`. Default: a UUIDv7.
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
   * slot of the provider at the facility that contains it.
   */
  readonly slotId?: string | undefined;
}

/** What `decline` takes. */
export interface DeclineInput extends AppointmentCommandInput {
  /** Why, for the person who asked: 1 to 500 characters. It is written to the journal. */
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
 * time. Otherwise `reschedule` finds a free slot that does, or makes one, if the time is a computed opening of the hours.
 */
export interface RescheduleTimeInput extends AppointmentCommandInput {
  /** Absent: with a `slotId` the call moves it to that slot. */
  readonly slotId?: undefined;
  /** The new start of the appointment. From the year 1900 to 2199. */
  readonly start: InstantInput;
  /** The new end of the appointment, exclusive: after `start`, by at most 31 days. */
  readonly end: InstantInput;
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
