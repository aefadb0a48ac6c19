import "./node-version.ts";

export type { AppointmentCommands } from "./engine/api/appointment-commands.ts";
export type { ActorEngine, Engine, InTransaction } from "./engine/api/engines.ts";
export type { PreviewInput, Previews } from "./engine/api/previews.ts";
export type { EngineReads, LiveReads } from "./engine/api/reads.ts";
export type { SlotCommands } from "./engine/api/slot-commands.ts";
export type { InputOf, SeenBy, WithoutActor } from "./engine/api/whose.ts";
export type { SyncReport } from "./engine/check-sync.ts";
export { type Clock, systemClock } from "./engine/clock.ts";
export { createEngine } from "./engine/engine.ts";
export type { BusyFrom } from "./engine/explain/busy-behind.ts";
export type { Explanation } from "./engine/explain/explain.ts";
export type { Changes, ChangesPage } from "./engine/feed/changes.ts";
export type { CoalesceOptions } from "./engine/lanes.ts";
export type {
  LiveDays,
  LiveFreshness,
  LiveNext,
  LiveNextTimes,
  LiveOfSubject,
  LiveOpenPage,
  LiveSlots,
  LiveStanding,
  LiveSubjectPage,
  LiveSubjectStanding,
  LiveSubjectTimesPage,
  LiveTimesByDay,
  LiveTimesPage,
} from "./engine/live/live-slots.ts";
export { type Opening, type OpeningsInput, openingsOf } from "./engine/openings-of.ts";
export type { EngineOptions, RetryOptions } from "./engine/options.ts";
export type { Page } from "./engine/page.ts";
export type { Preview, PreviewReason } from "./engine/preview/preview.ts";
export type { RememberOptions } from "./engine/recent-slots.ts";
export type { Finding, ReconcileInput, ReconcileReport } from "./engine/reconcile.ts";
export type { MovedSlot } from "./engine/reconcile-moved.ts";
export type {
  HandleEntry,
  Handover,
  RelayOptions,
  ReleaseRecordInput,
  RunRelayInput,
} from "./engine/relay/options.ts";
export { createRelay, type Relay } from "./engine/relay/relay.ts";
export type { ParkedRecord, RelayStatus } from "./engine/relay/status.ts";
export {
  type Alternative,
  BookingError,
  type ErrorCode,
  type ErrorDetails,
  type ErrorResponse,
  errorCatalogue,
  errorCodes,
  isBookingError,
  type Messages,
  type Phrasing,
  type ProblemDetails,
  type RangeProblem,
  type ScreenDetails,
  type ScreenOptions,
  type SlotChange,
} from "./errors/index.ts";
export { type Appointment, type AppointmentStatus, appointmentStatuses, owningStatuses } from "./model/appointment.ts";
export {
  type AppointmentRequest,
  type Offer,
  type RequestState,
  requestState,
  type WishedTime,
} from "./model/appointment-request.ts";
export type { Availability } from "./model/availability.ts";
export type {
  AppointmentCommandInput,
  CommandEnvelope,
  SlotCommandInput,
  SlotTakingInput,
} from "./model/command-envelope.ts";
export type {
  BlockInput,
  BookInput,
  BookSlotInput,
  BookTimeInput,
  BreakHoldInput,
  CancelInput,
  CheckInInput,
  CommandInput,
  CommandInputs,
  CompleteInput,
  CreateSlotsInput,
  ExtendInput,
  HoldInput,
  HoldSlotInput,
  HoldTimeInput,
  MarkNoShowInput,
  NewSlotInput,
  ReleaseInput,
  RescheduleInput,
  RescheduleSlotInput,
  RescheduleTimeInput,
  UnblockInput,
} from "./model/command-inputs.ts";
export type { CreatedSoFar, CreateManySlotsInput } from "./model/create-many-slots.ts";
export type { DoneSoFar } from "./model/done-so-far.ts";
export type { FreeTime, NextTimes, TimesByDay } from "./model/free-time.ts";
export { type Help, helps } from "./model/help.ts";
export type {
  Hours,
  HoursException,
  HoursOffer,
  HoursWindow,
  MinuteInput,
  OpeningsKind,
  WeeklyHours,
} from "./model/hours.ts";
export type { BusyInterval, ImportBusyInput, ImportedBusy } from "./model/import-busy.ts";
export { type InTemporal, inTemporal, type TemporalSource } from "./model/in-temporal.ts";
export { type InputIssue, type IssueCode, type IssueValues, issueCodes } from "./model/input-issue.ts";
export type { InstantInput, TemporalInstant, TemporalZonedDateTime } from "./model/instant.ts";
export {
  type CommandName,
  commandNames,
  type FieldChange,
  type JournalEntry,
  type JournaledKind,
  journaledKinds,
} from "./model/journal.ts";
export { limits } from "./model/limits.ts";
export { type LocalDate, localDate, type Weekday, weekdays } from "./model/local-date.ts";
export type { Disambiguation, LocalTime } from "./model/local-time.ts";
export type { OpenDay, OpenSlot } from "./model/open-slot.ts";
export type { Override } from "./model/override.ts";
export type { OutsideSlot, PublishedSlots, PublishSlotsInput } from "./model/publish-slots.ts";
export type {
  AppointmentHistoryInput,
  AvailabilityHistoryInput,
  ChangesFilter,
  ChangesInput,
  CountByDayInput,
  CountTimesInput,
  CursorInput,
  ExplainedForInput,
  ExplainInput,
  ExplainSlotInput,
  ExplainTimeInput,
  FindOpenInput,
  FindTimesInput,
  FollowInput,
  ForSubjectInput,
  GetAvailabilityInput,
  GetScheduleInput,
  HistoryInput,
  ListAppointmentsInput,
  ListSlotsInput,
  LiveCountTimesInput,
  LiveNextTimesInput,
  LiveOpenInput,
  LiveTimesInput,
  NextOpenInput,
  NextTimesInput,
  OfProvidersInput,
  PageInput,
  PollInput,
  SlotHistoryInput,
  SubscribeInput,
  WindowInput,
} from "./model/read-inputs.ts";
export type { JournaledRecord, RecordKey } from "./model/record.ts";
export type {
  AcceptInput,
  AcceptOfferInput,
  DeclineInput,
  DeclineOfferInput,
  OfferInput,
  RequestInput,
  RequestSlotInput,
  RequestTimeInput,
} from "./model/request-inputs.ts";
export type { OverlapScope, Schedule } from "./model/schedule.ts";
export type { SetAvailabilityInput } from "./model/set-availability-input.ts";
export { type HideableField, hideableFields, type Shown } from "./model/shown.ts";
export { type Hold, type Slot, type SlotStatus, slotStatuses } from "./model/slot.ts";
export type { Actor, IdempotencyScope, Json, Metadata } from "./model/values.ts";
export type { Accepted } from "./rules/accept.ts";
export { type Audience, type AudienceOf, audiences } from "./rules/audience.ts";
export type {
  AccessAnswer,
  AccessRequest,
  Authorize,
  ChangesRequest,
  CommandRequest,
  Hiding,
  HistoryRequest,
  ListRequest,
  OverrideRequest,
  ReadRequest,
  ReconcileRequest,
} from "./rules/authorize.ts";
export type { ChangedSlot } from "./rules/block.ts";
export type { Booked } from "./rules/book.ts";
export type { EndedAppointment } from "./rules/cancel.ts";
export type { ChangedAppointment } from "./rules/check-in.ts";
export type { CreatedSlots } from "./rules/create-slots.ts";
export type { DeclinedOffer } from "./rules/decline-offer.ts";
export type { HeldSlot } from "./rules/hold.ts";
export type { SlotsOfHold } from "./rules/hold-slots.ts";
export type { HoursVerdict } from "./rules/hours/verdict.ts";
export type { CommandResult } from "./rules/index.ts";
export type { Offered } from "./rules/offer.ts";
export {
  type BufferException,
  type BufferOptions,
  type BufferTimes,
  buffer,
  cancelDeadline,
  type DaysOptions,
  type MaximumAppointmentsOptions,
  type MaximumHoldsOptions,
  type MaximumPerDayOptions,
  type MinutesOptions,
  maximumAppointments,
  maximumHolds,
  maximumHorizon,
  maximumPerDay,
  maximumRequestAge,
  minimumNotice,
  noOverlapOfSubject,
  notInThePast,
  type PolicyOptions,
  rescheduleDeadline,
} from "./rules/policies/index.ts";
export type { Objection, Obstacle, Policy, Proposal } from "./rules/policy.ts";
export type { Requested } from "./rules/request.ts";
export type { Rescheduled } from "./rules/reschedule.ts";
export type { ChangedAvailability } from "./rules/set-availability.ts";
export type { Neighbour, OfSubject, Sight, SightWindow } from "./rules/sight.ts";
export { type FaultKind, faultCatalogue, type SyncFault } from "./rules/sync.ts";
export { appointmentTransitions, type StateChange, slotTransitions } from "./rules/transitions.ts";
export type { MigrationReport, StorageAdapter } from "./storage/adapter.ts";
export type { OnWarning, Warning, WarningCode, WarningDetails } from "./warnings.ts";
