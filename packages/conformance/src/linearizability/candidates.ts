import { type HistoryCall, isSearch, isStretched, type JudgedHistory, type ModelSettings } from "./history.ts";
import { type ModelCall, modelCall } from "./model.ts";
import { isJudged } from "./searches.ts";
import { stretchesIn } from "./stretches.ts";

/** A call, or one of its stretches, with everything that the search needs. */
export interface Candidate {
  readonly call: HistoryCall;
  readonly run: ModelCall;
  readonly called: number;
  /** Infinity if it was never answered. */
  readonly returned: number;
  /** It may never have taken effect. */
  readonly isOptional: boolean;
}

/** The calls that have a place in the order, sorted by when they were called. */
export function candidatesOf(history: JudgedHistory): readonly Candidate[] {
  const matters = (call: HistoryCall) => mattersToOrder(call, history);
  const candidates = history.calls.filter(matters).flatMap((call) => {
    const { run, ...candidate } = candidateOf(call, history);
    // Anything may come between its beginning and its end.
    if (isSearch(call))
      return [candidate, candidate].map((half, index) => ({ ...half, run: inHalves(call, index, run) }));
    if (!isStretched(call)) return [{ ...candidate, run }];
    // The stretches are alike, so that only the next one has to be tried.
    return Array.from({ length: stretchesIn(call, history) }, (_, stretch) => ({
      ...candidate,
      run: inTurn(call, stretch, run),
    }));
  });
  return candidates.sort(byCalled);
}

const byCalled = (one: Candidate, other: Candidate) => one.called - other.called;

function inTurn({ id }: HistoryCall, stretch: number, run: ModelCall): ModelCall {
  return (state) => {
    const { stretches, isOver } = state.tables.progress.get(id) ?? { stretches: 0, isOver: false };
    return isOver || stretch <= stretches ? run(state) : { mismatch: "the stretches before it" };
  };
}

function inHalves({ id }: HistoryCall, half: number, run: ModelCall): ModelCall {
  return (state) =>
    state.tables.watches.has(id) === (half === 1) ? run(state) : { mismatch: "the beginning of the search" };
}

/** A call without an effect, and without an answer that the model has, says nothing about the order. */
function mattersToOrder(call: HistoryCall, settings: ModelSettings): boolean {
  const { outcome } = call;
  if (isStretched(call)) return stretchesIn(call, settings) > 0;
  if (isSearch(call)) return isJudged(call, settings);
  if (outcome.status === "refused") {
    return outcome.code === "policy_violation" ? settings.house !== undefined : outcome.code !== "forbidden";
  }
  return outcome.status === "done" || (outcome.status === "unknown" && outcome.result !== undefined);
}

function candidateOf(call: HistoryCall, settings: ModelSettings): Candidate {
  const isOptional = call.outcome.status === "unknown";
  const returned = isOptional ? Number.POSITIVE_INFINITY : (call.returned ?? Number.POSITIVE_INFINITY);
  return { call, run: modelCall(call, settings), called: call.called, returned, isOptional };
}

/**
 * The same calls, with the interval in which each can take effect narrowed by what must come before and after it.
 * Undefined if no time is left for one of them, because then no order is possible.
 */
export function narrowed(
  candidates: readonly Candidate[],
  pairs: readonly (readonly [before: number, after: number])[],
): readonly Candidate[] | undefined {
  const called = candidates.map((one) => one.called);
  const returned = candidates.map((one) => one.returned);
  for (let isNarrower = true; isNarrower; ) {
    isNarrower = false;
    for (const [before, after] of pairs) {
      const [earliest, latest] = [called[before] as number, returned[after] as number];
      if ((called[after] as number) >= earliest && (returned[before] as number) <= latest) continue;
      called[after] = Math.max(called[after] as number, earliest);
      returned[before] = Math.min(returned[before] as number, latest);
      isNarrower = true;
    }
  }
  const narrower = candidates.map((one, index) => {
    return { ...one, called: called[index] as number, returned: returned[index] as number };
  });
  return narrower.some((one) => one.called > one.returned) ? undefined : narrower.sort(byCalled);
}

/** The calls that were made before any of the other missing calls was answered. */
export function calledBeforeAnswers(
  candidates: readonly Candidate[],
  first: number,
  isTaken: (index: number) => boolean,
): number[] {
  const next: number[] = [];
  let answered = Number.POSITIVE_INFINITY;
  for (let index = first; index < candidates.length; index++) {
    const { called, returned } = candidates[index] as Candidate;
    if (called > answered) break;
    if (isTaken(index)) continue;
    next.push(index);
    answered = Math.min(answered, returned);
  }
  return next.filter((index) => (candidates[index] as Candidate).called <= answered);
}
