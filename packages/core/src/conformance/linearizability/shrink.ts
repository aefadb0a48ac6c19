import type { History, HistoryCall } from "./history.ts";
import { searchOrder } from "./search.ts";

/**
 * A smaller history that is not linearizable either. Only what cannot make a good history bad is left out: what
 * happened after the first answer that has no explanation, and calls without an effect. A call that took effect stays:
 * without it, all that rests on it would have no explanation.
 */
export function shrinkHistory(history: History): History {
  return withoutEffectless(shortestPrefix(history));
}

/** Up to the first answer that no order explains. What was not answered by then may or may not have taken effect. */
function shortestPrefix(history: History): History {
  const instants = history.calls.flatMap(({ returned }) => returned ?? []).sort((a, b) => a - b);
  // Prefixes of a linearizable history are linearizable, so that halving finds the first that is not.
  let [good, bad] = [-1, instants.length - 1];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (isLinearizable(upTo(history, instants[middle] as number))) good = middle;
    else bad = middle;
  }
  const prefix = upTo(history, instants[bad] ?? Number.POSITIVE_INFINITY);
  return isLinearizable(prefix) ? history : prefix;
}

function upTo(history: History, instant: number): History {
  const called = history.calls.filter((call) => call.called <= instant);
  return { ...history, calls: called.map((call) => (isAnsweredBy(call, instant) ? call : pending(call))) };
}

function isAnsweredBy({ returned }: HistoryCall, instant: number): boolean {
  return returned !== null && returned <= instant;
}

function pending(call: HistoryCall): HistoryCall {
  const { outcome } = call;
  const result = outcome.status === "done" ? { result: outcome.result } : {};
  return { ...call, returned: null, outcome: { ...result, status: "unknown" } };
}

function withoutEffectless(history: History): History {
  let { calls } = history;
  for (const call of history.calls) {
    if (!isEffectless(call)) continue;
    const fewer = calls.filter((other) => other !== call);
    if (!isLinearizable({ ...history, calls: fewer })) calls = fewer;
  }
  return { ...history, calls };
}

function isEffectless({ name, outcome }: HistoryCall): boolean {
  return name.startsWith("get") || outcome.status !== "done";
}

function isLinearizable(history: History): boolean {
  return "order" in searchOrder(history);
}
