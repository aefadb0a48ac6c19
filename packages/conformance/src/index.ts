export { ask, attempt } from "./ask.ts";
export { auditStore, journalsOf } from "./audit.ts";
export { conformanceCases } from "./cases/index.ts";
export { describeConformance, runConformanceCase, type TestRunner } from "./describe.ts";
export { auditFeed, auditHandovers, type EntryName, type HandedOver } from "./feed-audit.ts";
export { createFeedReader, type FeedFollower, type FeedReader, followFeed } from "./feed-reader.ts";
export { gatedAdapter } from "./gated.ts";
export type {
  CaseContext,
  ConformanceCase,
  ConformanceHarness,
  ConformanceStore,
  Corruption,
  HostTransactionHandle,
} from "./harness.ts";
export { asCaller } from "./in-transactions.ts";
export {
  anyIntent,
  emptyWorld,
  type Intent,
  placesOfWorld,
  providersOfWorld,
  type World,
} from "./intents.ts";
export { type Around, aroundCalls, eachCall, type Interceptor, intercepted, type StorageCalls } from "./intercepted.ts";
export { journalOf } from "./journal-of.ts";
export {
  assertLinearizable,
  type CallName,
  type CallOutcome,
  type CheckOptions,
  callsOf,
  checkFeed,
  checkHistory,
  commandIdIn,
  createRecorder,
  type History,
  type HistoryCall,
  type HistoryEvent,
  mergeHistories,
  type RecordedEngine,
  type Recorder,
  type RecorderOptions,
  settleUnknown,
  type Verdict,
} from "./linearizability/index.ts";
export {
  anyPlay,
  failuresIn,
  type Performance,
  type Play,
  perform,
  problemsOf,
  type Scene,
  type Stage,
} from "./play.ts";
export { playClock } from "./play-clock.ts";
export { anyPolicies, policiesNamed } from "./play-policies.ts";
export {
  appointmentOn,
  bookedBy,
  booking,
  creation,
  sampleInstant,
  sampleNow,
  sampleSchedule,
  slotAt,
  transitionOf,
} from "./records.ts";
export { scheduledAdapter, scheduledClock } from "./scheduled.ts";
export { createTurns, optionsByTurns, type Turns, type TurnsOptions } from "./turns.ts";
