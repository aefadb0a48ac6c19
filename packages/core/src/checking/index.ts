/**
 * What a command means apart from any storage, for programs that check what an engine did: how its input is read, how
 * it is decided, how its repeats are recognised, and how its result is stored. Also what a new slot looks like, and how a
 * policy answers.
 */

export { commandIdOf } from "../engine/command-id.ts";
export { canonicalJson, requestHash, sha256 } from "../engine/hash.ts";
export { parseCommand } from "../engine/parse-command.ts";
export { resultOf } from "../engine/stored-result.ts";
export { availabilityIdOf } from "../model/availability.ts";
export { busyParts, busyStretches, weekOf } from "../model/busy.ts";
export { computedSlotId, publishedSlotId, scheduleIdIn } from "../model/schedule.ts";
export { newSlot, slotAsOf } from "../model/slot.ts";
export {
  type Change,
  type Context,
  type Decided,
  type Decision,
  isForHeld,
  isForOne,
  isRefusal,
  type Reads,
  type Rule,
  type RuleSearch,
  type SearchForHeld,
  type SearchForOne,
  type Seen,
} from "../rules/decision.ts";
export { computedTimes, isComputed } from "../rules/hours/computed.ts";
export { rules } from "../rules/index.ts";
export { type TakenPlace, takenPlace } from "../rules/taken-place.ts";
export { askPolicy, type Occasion, type PolicyAnswer } from "./ask-policy.ts";
export { type Decide, decideBy } from "./decide-by.ts";
