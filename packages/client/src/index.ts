export type { HostCommandName } from "@slotwright/core/client";
export type {
  Calls,
  FreeTimesByDay,
  FreeTimesPage,
  ManySlotsInput,
  NextFreeTimes,
  OpenSlotsPage,
  ShownAppointment,
  ShownEntry,
  ShownExplanation,
  ShownPreview,
  ShownReason,
  ShownSlot,
  SlotCommandCalls,
  Snapshot,
  SnapshotInput,
} from "./calls/calls.ts";
export { newId } from "./calls/ids.ts";
export {
  type ClientErrorCode,
  isRequestError,
  RequestError,
  type RequestErrorCode,
  type RequestErrorDetails,
  type RequestErrorFacts,
} from "./calls/request-error.ts";
export type { Fetch, HostHeaders } from "./calls/send.ts";
export { type Client, type Commands, type Connection, createClient } from "./client.ts";
export type { ClientOptions } from "./client-options.ts";
export { type Environment, systemEnvironment } from "./environment.ts";
export type { ConnectionName, ConnectionState } from "./feed/connection-state.ts";
export type { Sharing, TabChannel, TabLocks } from "./feed/tabs.ts";
export { type IndexedDb, indexedDbKeyValueStore } from "./keys/indexed-db.ts";
export { type KeyValueStore, memoryKeyValueStore } from "./keys/key-value-store.ts";
export type { LiveQuery } from "./live-query.ts";
export type { OpenSlotsView } from "./open-slots.ts";
export type { ListView } from "./store/list-query.ts";
export type { Outcome } from "./store/outbox.ts";
export type { CommandUnderWay, PendingCommand } from "./store/pending.ts";
export type { AppointmentsWanted, SlotsWanted } from "./store/scope.ts";
export type { ShownRecord } from "./store/store.ts";
