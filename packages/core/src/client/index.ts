/**
 * What a browser needs to know about an API on an engine: types as JSON has them, error codes, guards, and the tables
 * of states. It reaches neither Node's modules nor Zod.
 */
export { errorCodes } from "../errors/catalogue.ts";
export type { ErrorCode } from "../errors/details.ts";
export { type AppointmentStatus, appointmentStatuses, owningStatuses } from "../model/appointment.ts";
export { type RequestState, requestState } from "../model/appointment-request.ts";
export type { CommandInput, CommandInputs } from "../model/command-inputs.ts";
export { statusWhenFreed } from "../model/computed-id.ts";
export { type InTemporal, inTemporal, type TemporalSource } from "../model/in-temporal.ts";
export { type InputIssue, type IssueCode, issueCodes } from "../model/input-issue.ts";
export { type CommandName, commandNames, type HostCommandName, hostCommandNames } from "../model/journal.ts";
export { limits } from "../model/limits.ts";
export { type SlotStatus, slotStatuses } from "../model/slot.ts";
export type { Actor, Json, Metadata } from "../model/values.ts";
export { allows, appointmentTransitions, type StateChange, slotTransitions } from "../rules/transitions.ts";
export { isErrorCode, isErrorResponse, isProblemDetails } from "./guards.ts";
export type {
  AcceptedJson,
  AppointmentJson,
  AsJson,
  AvailabilityJson,
  BookedJson,
  ChangedAppointmentJson,
  ChangedAvailabilityJson,
  ChangedSlotJson,
  ChangesJson,
  ChangesPageJson,
  CreatedSlotsJson,
  CreatedSoFarJson,
  DeclinedOfferJson,
  EndedAppointmentJson,
  ErrorDetailsJson,
  ErrorResponseJson,
  FreeTimeJson,
  HeldSlotJson,
  ImportedBusyJson,
  JournalEntryJson,
  NextTimesJson,
  OfferedJson,
  OpenSlotJson,
  PageJson,
  ProblemDetailsJson,
  PublishedSlotsJson,
  ReconcileReportJson,
  RequestedJson,
  RescheduledJson,
  ScheduleJson,
  ShownAppointmentJson,
  ShownJournalEntryJson,
  ShownSlotJson,
  SlotJson,
  SlotsOfHoldJson,
  SyncReportJson,
  TimesByDayJson,
} from "./json.ts";
