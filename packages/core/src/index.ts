import "./node-version.ts";

export type { AppointmentCommands, Engine, EngineReads, InTransaction, SlotCommands } from "./engine/api.ts";
export type { SyncReport } from "./engine/check-sync.ts";
export type { Clock } from "./engine/clock.ts";
export { systemClock } from "./engine/clock.ts";
export { callCodes } from "./engine/codes.ts";
export { createEngine } from "./engine/engine.ts";
export type { CoalesceOptions } from "./engine/lanes.ts";
export type { EngineOptions, RetryOptions } from "./engine/options.ts";
export type { Page } from "./engine/page.ts";
export type { RememberOptions } from "./engine/recent-slots.ts";
export type { Finding, ReconcileInput, ReconcileReport } from "./engine/reconcile.ts";
export {
  type Alternative,
  BookingError,
  type ErrorCode,
  type ErrorDetails,
  type ErrorResponse,
  errorCatalogue,
  errorCodes,
  type InputIssue,
  isBookingError,
  type ProblemDetails,
} from "./errors.ts";
export { type Appointment, type AppointmentStatus, appointmentStatuses, owningStatuses } from "./model/appointment.ts";
export type * from "./model/command-inputs.ts";
export * from "./model/commands.ts";
export * from "./model/create-many-slots.ts";
export { compareIds } from "./model/id-order.ts";
export type { InstantInput, TemporalInstant } from "./model/instant.ts";
export { instantSchema } from "./model/instant.ts";
export { type CommandName, commandNames, type JournalEntry } from "./model/journal.ts";
export { limits } from "./model/limits.ts";
export * from "./model/queries.ts";
export type * from "./model/read-inputs.ts";
export * from "./model/record.ts";
export { type OverlapScope, type Schedule, scheduleIdOf } from "./model/schedule.ts";
export type { SlotSearch } from "./model/search.ts";
export { type Hold, type Slot, type SlotStatus, slotStatuses } from "./model/slot.ts";
export type { TimeRange } from "./model/time-range.ts";
export type { Actor, Json, Metadata } from "./model/values.ts";
export { actorSchema, idSchema, metadataSchema, reasonSchema } from "./model/values.ts";
export type { ChangedSlot } from "./rules/block.ts";
export type { Booked } from "./rules/book.ts";
export type { EndedAppointment } from "./rules/cancel.ts";
export type { ChangedAppointment } from "./rules/check-in.ts";
export type { CreatedSlots } from "./rules/create-slots.ts";
export type { HeldSlot } from "./rules/hold.ts";
export type { CommandResult } from "./rules/index.ts";
export type { AccessRequest, Authorize, Policy, Proposal } from "./rules/policy.ts";
export { type FaultKind, faultCatalogue, type SyncFault } from "./rules/sync.ts";
export { appointmentTransitions, type StateChange, slotTransitions } from "./rules/transitions.ts";
export * from "./storage/adapter.ts";
export { inWords, saysNotTransaction } from "./storage/misuse.ts";
export { isStorageError, StorageError, type StorageFailure } from "./storage/storage-error.ts";
export type { OnWarning, Warning, WarningCode, WarningDetails } from "./warnings.ts";
