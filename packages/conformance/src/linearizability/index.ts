export { assertLinearizable, type CheckOptions, checkHistory, type Verdict } from "./check.ts";
export { checkFeed } from "./check-feed.ts";
export { type CallName, type CallOutcome, type History, type HistoryCall, mergeHistories } from "./history.ts";
export { commandIdIn } from "./model.ts";
export {
  callsOf,
  createRecorder,
  type HistoryEvent,
  type RecordedEngine,
  type Recorder,
  type RecorderOptions,
} from "./record.ts";
export { settleUnknown } from "./settle.ts";
