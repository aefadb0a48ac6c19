/** What an author of a storage adapter needs: the contract, its error, the records, and the order of ids. */
import "../node-version.ts";

export {
  type Agenda,
  type AgendaOwner,
  agendaIdOf,
  agendaPrefixLength,
  type SubjectAppointment,
  subjectAppointmentOf,
  type TakenSlot,
  takenSlotOf,
} from "../model/agenda.ts";
export { type Appointment, type AppointmentStatus, appointmentStatuses, owningStatuses } from "../model/appointment.ts";
export {
  type AppointmentRequest,
  type Offer,
  requestIn,
  type WishedTime,
} from "../model/appointment-request.ts";
export type { Availability } from "../model/availability.ts";
export { computedIdPattern } from "../model/computed-id.ts";
export type { Hours } from "../model/hours.ts";
export { compareIds } from "../model/id-order.ts";
export {
  type CommandName,
  commandNames,
  type FieldChange,
  type JournalEntry,
  type JournaledKind,
  journaledKinds,
} from "../model/journal.ts";
export { limits } from "../model/limits.ts";
export type { OpenSeat } from "../model/open-slot.ts";
export {
  type CommandRecord,
  isJournaled,
  type JournaledRecord,
  keyOf,
  keyText,
  type RecordKey,
  type RecordKind,
  type RecordLookup,
  type StoredRecord,
  type VersionedRecord,
} from "../model/record.ts";
export { type OverlapScope, type Schedule, scheduleIdOf } from "../model/schedule.ts";
export type { SlotSearch } from "../model/search.ts";
export { asideStatuses, type Hold, type Slot, type SlotStatus, slotStatuses } from "../model/slot.ts";
export type { TimeRange } from "../model/time-range.ts";
export type { Actor, Json, Metadata } from "../model/values.ts";
export type {
  AppointmentQuery,
  Around,
  AroundProvider,
  AroundSubject,
  Between,
  CallOptions,
  CommitOutcome,
  FeedEntry,
  FeedMark,
  FeedPosition,
  FeedQuery,
  FeedRead,
  Guard,
  JournalPage,
  JournalsQuery,
  MigrationReport,
  NearSlot,
  OpenQuery,
  OpenTransaction,
  Position,
  RelayWrite,
  SlotQuery,
  StorageAdapter,
  StoredRelay,
  StoredSettings,
  Surroundings,
  Surveyed,
  Transition,
} from "../storage/adapter.ts";
export {
  feedAfter,
  feedDigest,
  positionAfter,
} from "../storage/feed-position.ts";
export { inTurn, leftBehind } from "../storage/left-behind.ts";
export { inWords, saysNotTransaction } from "../storage/misuse.ts";
export { isStorageError, StorageError, type StorageFailure } from "../storage/storage-error.ts";
export type { OnWarning, Warning, WarningCode, WarningDetails } from "../warnings.ts";
