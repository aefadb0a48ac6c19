import type { AppointmentStatus } from "./appointment.ts";
import type { RequestState } from "./appointment-request.ts";
import type { InstantInput } from "./instant.ts";
import type { SlotStatus } from "./slot.ts";
import type { Actor } from "./values.ts";

/** How long a page of a list is, and where it begins. */
export interface CursorInput {
  /** The most items on the page: 1 to 500. Default 100. */
  readonly limit?: number | undefined;
  /**
   * The `nextCursor` of the page before, at most 600 characters, with the same other fields and for the same actor; any
   * other is refused. Only `limit` may change, and the `from` of a search for free times. `null`, which the last page has, means the first page. Default: the first page.
   */
  readonly cursor?: string | null | undefined;
}

/** Which page of a list is wanted. */
export interface PageInput extends CursorInput {
  /** Whether the list runs in reverse. A cursor continues only in the order of its own page. Default `false`. */
  readonly newestFirst?: boolean | undefined;
}

/** Which part of the time line a list covers, by the start of its items. */
export interface WindowInput {
  /** Items that start at this instant or later. From the year 1900 to 2199. Default: from the first one on. */
  readonly from?: InstantInput | undefined;
  /** Items that start before this instant. Not before `from`. From the year 1900 to 2199. Default: to the last one. */
  readonly to?: InstantInput | undefined;
}

/** Whose slots a read covers. */
export interface OfProvidersInput {
  /** Slots of these providers: 1 to 100 ids. Default: of all. */
  readonly providerIds?: readonly string[] | undefined;
  /** Slots at this facility: 1 to 128 characters. Default: at all. */
  readonly facilityId?: string | undefined;
}

/** How soon a follower of the feed learns what other processes do. */
export interface PollInput {
  /**
   * How long after a commit of another process its entries are looked for at the latest, in milliseconds: 10 to
   * 3 600 000. The shortest of all who follow the feed of an engine counts. Default 1000.
   */
  readonly pollMs?: number | undefined;
}

/** What `getAvailability` takes. */
export interface GetAvailabilityInput {
  /** Whose hours they are: 1 to 128 characters. */
  readonly providerId: string;
  /** Where they hold: 1 to 128 characters. */
  readonly facilityId: string;
}

/** What `getSchedule` takes. */
export interface GetScheduleInput {
  /** Whose schedule it is: 1 to 128 characters. */
  readonly providerId: string;
  /**
   * Where: 1 to 128 characters. It is needed unless the engine's `overlapScope` is `"provider"`, where it is ignored,
   * because the schedule then spans all facilities.
   */
  readonly facilityId?: string | undefined;
}

/** What `listSlots` takes. */
export interface ListSlotsInput extends PageInput, WindowInput, OfProvidersInput {
  /**
   * Slots that count as being in these states now: 1 to 4 of `available`, `held`, `booked` and `blocked`. It needs
   * `providerIds`, or both `from` and `to`. Default: in all states.
   */
  readonly statuses?: readonly Exclude<SlotStatus, "withdrawn">[] | undefined;
  /**
   * Slots that this holder holds now, 1 to 128 characters, as far as the actor may see the `hold` of a slot. Not beside
   * `statuses`. Default: held by anybody, or by nobody.
   */
  readonly holderId?: string | undefined;
}

interface OrderInput {
  /**
   * Which come first: those that start `"earliest"` or `"latest"`. A cursor continues only in the order of its own page.
   * Default `"earliest"`.
   */
  readonly order?: "earliest" | "latest" | undefined;
}

/** Whose holds are the caller's own. */
interface OwnHoldsInput {
  /**
   * Tokens of holds of one's own, at most 16: what they hold is on offer as well. A search lists each such slot by
   * itself and with `mine: true`. Default: none.
   */
  readonly holdTokens?: readonly string[] | undefined;
  /**
   * The same for what this holder holds, 1 to 128 characters, as far as the actor may see the `hold` of a slot. To book
   * it takes the token. Default: nobody is named.
   */
  readonly holderId?: string | undefined;
}

/** What `live.findOpen` takes. */
export interface LiveOpenInput extends WindowInput, OfProvidersInput, CursorInput, OrderInput, OwnHoldsInput {}

/** What `findOpen` takes. */
export interface FindOpenInput extends LiveOpenInput {
  /** Slots of these providers: 1 to 100 ids. It is needed unless both `from` and `to` are given. Default: of all. */
  readonly providerIds?: readonly string[] | undefined;
  /**
   * On the engine of `as(actor)`: only what this actor could book for this subject now, 1 to 128 characters, by
   * `authorize`, the rules and the policies. Default: all that is free, and that the actor may see.
   */
  readonly subjectId?: string | undefined;
}

/** How long the times are to be that are looked for, whose they are, and where. */
interface OfTimesInput {
  /**
   * How long the time is to be, in minutes: 1 to 2 880. A computed opening lasts exactly so long: as long as the offer of the
   * hours says, or any number of its steps longer. A stored slot may be longer.
   */
  readonly minutes: number;
  /** Whose times they are: 1 to 100 ids. */
  readonly providerIds: readonly string[];
  /** Where: 1 to 128 characters. */
  readonly facilityId: string;
}

/** What `live.findTimes` takes. */
export interface LiveTimesInput extends WindowInput, OfTimesInput, CursorInput, OrderInput, OwnHoldsInput {}

/** What `live.nextTimes` takes. */
export interface LiveNextTimesInput extends OfTimesInput {
  /**
   * Times that start at this instant or later. From the year 1900 to 2199. Default: now, or the beginning of the window
   * if that is later.
   */
  readonly from?: InstantInput | undefined;
  /** The most times: 1 to 500. Default 1. */
  readonly count?: number | undefined;
}

/** What `live.countTimes` takes. */
export interface LiveCountTimesInput extends WindowInput, OfTimesInput {
  /** The IANA time zone whose days they are, such as `Europe/Berlin`. Default: that of each provider's schedule. */
  readonly timeZone?: string | undefined;
}

/** Which 62 days a search of the database looks at. */
interface BoundedWindowInput {
  /** Times that start at this instant or later. Default: now. */
  readonly from?: InstantInput | undefined;
  /** Times that start before this instant, at most 62 days after `from`. Default: 62 days after `from`. */
  readonly to?: InstantInput | undefined;
}

/** For whom times are looked for. */
interface TimesForInput {
  /**
   * On the engine of `as(actor)`: only what this actor could book for this subject now, 1 to 128 characters, by
   * `authorize`, the rules and the policies. Default: all that is free, and that the actor may see.
   */
  readonly subjectId?: string | undefined;
}

/** What `findTimes` takes. */
export interface FindTimesInput
  extends OfTimesInput,
    BoundedWindowInput,
    CursorInput,
    OrderInput,
    OwnHoldsInput,
    TimesForInput {}

/** What `nextTimes` takes. */
export interface NextTimesInput extends LiveNextTimesInput, TimesForInput {
  /** Times that start at this instant or later, and within 62 days after it. Default: now. */
  readonly from?: InstantInput | undefined;
}

/** What `countTimes` takes. */
export interface CountTimesInput extends OfTimesInput, BoundedWindowInput, TimesForInput {
  /** The IANA time zone whose days they are, such as `Europe/Berlin`. Default: that of each provider's schedule. */
  readonly timeZone?: string | undefined;
}

/** For whom `explain` explains. */
export interface ExplainedForInput extends OwnHoldsInput {
  /**
   * On the engine of `as(actor)`: whether this actor could book for this subject now, 1 to 128 characters, by
   * `authorize`, the rules and the policies. Default: whether it is free, and the actor may see it.
   */
  readonly subjectId?: string | undefined;
}

/** What `explain` takes to explain a slot. */
export interface ExplainSlotInput extends ExplainedForInput {
  /** The id of the slot: 1 to 128 characters. */
  readonly slotId: string;
}

/** What `explain` takes to explain a time. */
export interface ExplainTimeInput extends ExplainedForInput {
  /** Whose time it is: 1 to 128 characters. */
  readonly providerId: string;
  /** Where: 1 to 128 characters. */
  readonly facilityId: string;
  /** The beginning of the time. From the year 1900 to 2199. */
  readonly start: InstantInput;
  /** The end of the time, which is at most 31 days after its beginning. From the year 1900 to 2199. */
  readonly end: InstantInput;
}

/** What `listAppointments` takes. */
export interface ListAppointmentsInput extends PageInput, WindowInput {
  /** Appointments that have one of these among their providers: 1 to 100 ids. Default: of all. */
  readonly providerIds?: readonly string[] | undefined;
  /**
   * Appointments at this facility: 1 to 128 characters. It needs `providerIds`, a `subjectId`, or both `from` and `to`.
   * Default: at all.
   */
  readonly facilityId?: string | undefined;
  /** Appointments for this subject: 1 to 128 characters. Default: for all. */
  readonly subjectId?: string | undefined;
  /**
   * Appointments in these states: 1 to 7 of `scheduled`, `confirmed`, `checked_in`, `completed`, `cancelled`,
   * `no_show` and `declined`. It needs `providerIds`, a `subjectId`, or both `from` and `to`. Default: in all states.
   */
  readonly statuses?: readonly AppointmentStatus[] | undefined;
  /**
   * Appointments that are `scheduled`, and count as one of these by the clock: 1 to 3 of `open`, which wait for their
   * provider, `offered`, which wait for their subject, and `expired`. Not beside `statuses`. It needs `providerIds`, a
   * `subjectId`, or both `from` and `to`. Default: whatever they count as.
   */
  readonly requestStates?: readonly Exclude<RequestState, "answered">[] | undefined;
}

/** What `history` takes to show the changes of a slot. */
export interface SlotHistoryInput extends PageInput {
  /** The id of the slot: 1 to 128 characters. */
  readonly slotId: string;
}

/** What `history` takes to show the changes of an appointment. */
export interface AppointmentHistoryInput extends PageInput {
  /** The id of the appointment: 1 to 128 characters. */
  readonly appointmentId: string;
}

/** What `history` takes to show the changes of an availability. */
export interface AvailabilityHistoryInput extends PageInput {
  /** The id of the availability, as `setAvailability` and `getAvailability` return it: 1 to 128 characters. */
  readonly availabilityId: string;
}

/** Which changes a reader of the feed wants. */
export interface ChangesFilter {
  /**
   * Where the reader stands: the `cursor` of the changes before. `"end"` stands after everything that was committed
   * before the call, `null` before the first change. Default `null`. A cursor that was taken while nothing had happened
   * yet is the same as `null`, in this database and in any other.
   */
  readonly after?: string | null | undefined;
  /**
   * Changes of records that have one of these among their providers, or had until the change: 1 to 100 ids. Default: of
   * all.
   */
  readonly providerIds?: readonly string[] | undefined;
  /** Changes of records at this facility: 1 to 128 characters. Default: at all. */
  readonly facilityId?: string | undefined;
}

/** What `changes` takes. */
export interface ChangesInput extends ChangesFilter {
  /** The most entries: 1 to 500. Default 100. */
  readonly limit?: number | undefined;
}

/** What `subscribe` takes. */
export interface SubscribeInput extends ChangesFilter, PollInput {
  /**
   * What happens within so many milliseconds comes as one part, and at the same moments to all who gather for as long:
   * 0 to 10 000. The first news after a quiet time come at once. With many subscribers it saves most of their work.
   * Default 0.
   */
  readonly gatherMs?: number | undefined;
  /** Ends the subscription: the iteration is then over. Leaving the loop ends it as well. */
  readonly signal?: AbortSignal | undefined;
}

/** What `live.forSubject` takes. */
export interface ForSubjectInput {
  /** Who would book. */
  readonly actor: Actor;
  /** For whom: 1 to 128 characters. */
  readonly subjectId: string;
}

/** What `live.countByDay` takes. */
export interface CountByDayInput extends WindowInput, OfProvidersInput {
  /** The IANA time zone whose days they are, such as `Europe/Berlin`. Default: that of each slot's schedule. */
  readonly timeZone?: string | undefined;
}

/** What `live.next` takes. */
export interface NextOpenInput extends OfProvidersInput {
  /**
   * Slots that start at this instant or later. From the year 1900 to 2199. Default: now, or the beginning of the window
   * if that is later.
   */
  readonly from?: InstantInput | undefined;
  /** The least length of a slot, in minutes: 1 to 44 640, which is 31 days. Default: any length. */
  readonly minutes?: number | undefined;
  /** The most slots: 1 to 500. Default 1. */
  readonly count?: number | undefined;
}

/**
 * What `follow` takes: the slots that it holds. It needs `forDays`, or `from` and `to`. The window is at most 400 days
 * long.
 */
export interface FollowInput extends OfProvidersInput, PollInput {
  /** Slots of these providers: 1 to 1000 ids. Default: of all. */
  readonly providerIds?: readonly string[] | undefined;
  /** The beginning of the window: slots that start at this instant or later. From the year 1900 to 2199. */
  readonly from?: InstantInput | undefined;
  /** The end of the window: slots that start before this instant. From the year 1900 to 2199. */
  readonly to?: InstantInput | undefined;
  /**
   * In place of `from` and `to`: slots that start from now on, and within so many times 24 hours. The window moves on
   * with the clock. 1 to 400.
   */
  readonly forDays?: number | undefined;
  /**
   * Whether it also knows the hours of these providers at this facility, for `findTimes`. It needs
   * `providerIds`, `facilityId` and the `overlapScope` `"facility"`, and holds two days more. Default `false`.
   */
  readonly openings?: boolean | undefined;
  /** The most slots that it may hold, about 135 bytes each: 1 to 5 000 000. Default 1000000. */
  readonly maxSlots?: number | undefined;
  /**
   * How old answers may be, in milliseconds, before they say that they are stale: 100 to 86 400 000. The feed is read
   * twice within this time, whatever `pollMs` says. Default 10000.
   */
  readonly staleAfterMs?: number | undefined;
  /** Ends it, as `close()` does. */
  readonly signal?: AbortSignal | undefined;
}

/** What `history` takes: a slot, an appointment or an availability. */
export type HistoryInput = SlotHistoryInput | AppointmentHistoryInput | AvailabilityHistoryInput;

/** What `explain` takes: a slot or a time. */
export type ExplainInput = ExplainSlotInput | ExplainTimeInput;
