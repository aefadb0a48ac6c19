import type { SyncReport } from "../engine/check-sync.ts";
import type { ReconcileReport } from "../engine/reconcile.ts";
import type { EndedEarly, ErrorCode, ErrorResponse, ProblemDetails, ScreenDetails } from "../errors/index.ts";
import type { Appointment } from "../model/appointment.ts";
import type { Availability } from "../model/availability.ts";
import type { CreatedSoFar } from "../model/create-many-slots.ts";
import type { FreeTime, NextTimes, TimesByDay } from "../model/free-time.ts";
import type { ImportedBusy } from "../model/import-busy.ts";
import type { JournalEntry } from "../model/journal.ts";
import type { OpenSlot } from "../model/open-slot.ts";
import type { PublishedSlots } from "../model/publish-slots.ts";
import type { Schedule } from "../model/schedule.ts";
import type { Shown } from "../model/shown.ts";
import type { Slot } from "../model/slot.ts";
import type { Json } from "../model/values.ts";
import type { Accepted } from "../rules/accept.ts";
import type { ChangedSlot } from "../rules/block.ts";
import type { Booked } from "../rules/book.ts";
import type { EndedAppointment } from "../rules/cancel.ts";
import type { ChangedAppointment } from "../rules/check-in.ts";
import type { CreatedSlots } from "../rules/create-slots.ts";
import type { DeclinedOffer } from "../rules/decline-offer.ts";
import type { HeldSlot } from "../rules/hold.ts";
import type { SlotsOfHold } from "../rules/hold-slots.ts";
import type { Offered } from "../rules/offer.ts";
import type { Requested } from "../rules/request.ts";
import type { Rescheduled } from "../rules/reschedule.ts";
import type { ChangedAvailability } from "../rules/set-availability.ts";

/** A type as `JSON.stringify` leaves it: a `Date` is an ISO 8601 string in UTC, and what is unknown is any JSON. */
export type AsJson<T> = unknown extends T
  ? Json
  : T extends Date
    ? string
    : T extends Json
      ? T
      : T extends object
        ? { readonly [Field in keyof T]: AsJson<T[Field]> }
        : T;

/** A schedule as JSON has it. */
export interface ScheduleJson extends AsJson<Schedule> {}

/** The hours of a provider at a facility as JSON has them. */
export interface AvailabilityJson extends AsJson<Availability> {}

/** A slot as JSON has it. */
export interface SlotJson extends AsJson<Slot> {}

/** What `findOpen` finds, as JSON has it. */
export interface OpenSlotJson extends AsJson<OpenSlot> {}

/** What `findTimes` finds, as JSON has it. */
export interface FreeTimeJson extends AsJson<FreeTime> {}

/** What `nextTimes` returns, as JSON has it. */
export interface NextTimesJson extends AsJson<NextTimes> {}

/** What `countTimes` returns, as JSON has it. */
export interface TimesByDayJson extends AsJson<TimesByDay> {}

/** An appointment as JSON has it. */
export interface AppointmentJson extends AsJson<Appointment> {}

/** An entry of a history as JSON has it. */
export interface JournalEntryJson extends AsJson<JournalEntry> {}

/** A slot as JSON has it, from an engine with an actor: what is hidden is null. */
export interface ShownSlotJson extends AsJson<Shown<Slot>> {}

/** An appointment as JSON has it, from an engine with an actor: what is hidden is null. */
export interface ShownAppointmentJson extends AsJson<Shown<Appointment>> {}

/** An entry of a history as JSON has it, from an engine with an actor: what is hidden is null. */
export interface ShownJournalEntryJson extends Omit<AsJson<Shown<JournalEntry>>, "changes"> {
  readonly changes: JournalEntryJson["changes"] | null;
}

/** What `setAvailability` returns, as JSON has it. */
export interface ChangedAvailabilityJson extends AsJson<ChangedAvailability> {}

/** What `publishSlots` returns, as JSON has it. */
export interface PublishedSlotsJson extends AsJson<PublishedSlots> {}

/** What `importBusy` returns, as JSON has it. */
export interface ImportedBusyJson extends AsJson<ImportedBusy> {}

/** What `createSlots` returns, as JSON has it. */
export interface CreatedSlotsJson extends AsJson<CreatedSlots> {}

/** What `createManySlots` returns, as JSON has it. */
export interface CreatedSoFarJson extends AsJson<CreatedSoFar> {}

/** What `block`, `unblock` and `breakHold` return, as JSON has it. */
export interface ChangedSlotJson extends AsJson<ChangedSlot> {}

/** What `extend` and `release` return, as JSON has it. */
export interface SlotsOfHoldJson extends AsJson<SlotsOfHold> {}

/** What `hold` returns, as JSON has it. */
export interface HeldSlotJson extends AsJson<HeldSlot> {}

/** What `book` returns, as JSON has it. */
export interface BookedJson extends AsJson<Booked> {}

/** What `request` returns, as JSON has it. */
export interface RequestedJson extends AsJson<Requested> {}

/** What `accept` and `acceptOffer` return, as JSON has it. */
export interface AcceptedJson extends AsJson<Accepted> {}

/** What `offer` returns, as JSON has it. */
export interface OfferedJson extends AsJson<Offered> {}

/** What `declineOffer` returns, as JSON has it. */
export interface DeclinedOfferJson extends AsJson<DeclinedOffer> {}

/** What `reschedule` returns, as JSON has it. */
export interface RescheduledJson extends AsJson<Rescheduled> {}

/** What `checkIn` and `complete` return, as JSON has it. */
export interface ChangedAppointmentJson extends AsJson<ChangedAppointment> {}

/** What `cancel`, `decline` and `markNoShow` return, as JSON has it. */
export interface EndedAppointmentJson extends AsJson<EndedAppointment> {}

/** What `checkSync` returns, as JSON has it. */
export interface SyncReportJson extends AsJson<SyncReport> {}

/** What `reconcile` returns, as JSON has it. */
export interface ReconcileReportJson extends AsJson<ReconcileReport> {}

/** A page of a list as JSON has it. */
export interface PageJson<Item> {
  /** The items, in the order of the list. */
  readonly items: readonly Item[];
  /** The `cursor` of the next page; null on the last page. */
  readonly nextCursor: string | null;
}

/** A part of the feed as JSON has it: what `subscribe` gives. */
export interface ChangesJson<Entry = JournalEntryJson> {
  readonly entries: readonly Entry[];
  /** The next `after`. */
  readonly cursor: string;
}

/** What `changes` returns, as JSON has it. */
export interface ChangesPageJson<Entry = JournalEntryJson> extends ChangesJson<Entry> {
  /** Whether these were all changes that were there. */
  readonly isEnd: boolean;
}

/** The `details` that an answer shows of an error with this code, as JSON has them. */
export type ErrorDetailsJson<Code extends ErrorCode = ErrorCode> = AsJson<ScreenDetails[Code] & EndedEarly>;

/** What `BookingError.toResponse()` returns, as JSON has it. */
export type ErrorResponseJson<Code extends ErrorCode = ErrorCode> = Code extends ErrorCode
  ? Omit<ErrorResponse, "scenario" | "details"> & {
      readonly scenario: Code;
      readonly details: ErrorDetailsJson<Code>;
    }
  : never;

/** What `BookingError.toProblem()` returns, as JSON has it. */
export type ProblemDetailsJson<Code extends ErrorCode = ErrorCode> = Code extends ErrorCode
  ? Omit<ProblemDetails, "code" | "details"> & { readonly code: Code; readonly details: ErrorDetailsJson<Code> }
  : never;
