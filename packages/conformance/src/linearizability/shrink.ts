import { type HistoryCall, isRead, type JudgedHistory } from "./history.ts";
import { searchOrder } from "./search.ts";

/** Fewer tries than the check had. Shrinking searches many times, and gives up quickly on what it cannot decide. */
const mostTries = { ofOne: 10_000, ofAll: 100_000 } as const;

/** Judges as long as tries are left, and then says no. */
interface Judge {
  /** Whether there certainly is no order. */
  readonly isBad: (history: JudgedHistory) => boolean;
  /** Whether there certainly is an order. */
  readonly isGood: (history: JudgedHistory) => boolean;
}

function createJudge(): Judge {
  let left: number = mostTries.ofAll;
  const search = (history: JudgedHistory) => {
    const found = searchOrder(history, { maxTries: Math.min(left, mostTries.ofOne + 10 * history.calls.length) });
    // Setting up a search costs about as much as one try of each call.
    left -= found.tries + history.calls.length;
    return found;
  };
  return {
    isBad: (history) => {
      if (left <= 0) return false;
      const found = search(history);
      return !("order" in found) && found.isExhaustive;
    },
    isGood: (history) => left > 0 && "order" in search(history),
  };
}

/**
 * A smaller history that is not linearizable either. Only calls that cannot make a good history bad are left out: those
 * after the first answer without an explanation, those without an effect, and those without an answer that nothing
 * depends on. A call that took effect stays. Without it, everything that depends on it would have no explanation.
 */
export function shrinkHistory(history: JudgedHistory): JudgedHistory {
  const judge = createJudge();
  const prefix = shortestPrefix(history, judge);
  const effective = withoutSome(prefix, isEffectless, judge.isBad);
  return withoutSome(effective, isOpen, (fewer) => judge.isBad(fewer) && judge.isGood(beforeLastAnswer(fewer)));
}

/** The call that was answered last. If all was well until then, it is the one without an explanation. */
export function lastAnswered({ calls }: Pick<JudgedHistory, "calls">): HistoryCall | undefined {
  const answered = calls.filter(({ returned }) => returned !== null);
  return answered.toSorted((a, b) => Number(a.returned) - Number(b.returned)).at(-1);
}

/** Others may have seen what the last call did, as far as its commits are known, before it was answered. */
function beforeLastAnswer(history: JudgedHistory): JudgedHistory {
  const last = lastAnswered(history);
  return { ...history, calls: history.calls.map((call) => (call === last ? pending(call) : call)) };
}

/**
 * Up to the first answer that no order explains. A call that was not answered by then may or may not have taken effect.
 */
function shortestPrefix(history: JudgedHistory, { isBad }: Judge): JudgedHistory {
  const instants = history.calls.flatMap(({ returned }) => returned ?? []).sort((a, b) => a - b);
  // Prefixes of a linearizable history are linearizable, so halving finds the first that is not.
  let [good, bad] = [-1, instants.length - 1];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (isBad(upTo(history, instants[middle] as number))) bad = middle;
    else good = middle;
  }
  const prefix = upTo(history, instants[bad] ?? Number.POSITIVE_INFINITY);
  return isBad(prefix) ? prefix : history;
}

function upTo(history: JudgedHistory, instant: number): JudgedHistory {
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

/**
 * Leaves out half of what can be left out, then a quarter of it, down to single calls, as long as the history stays
 * bad.
 */
function withoutSome(
  history: JudgedHistory,
  mayGo: (call: HistoryCall) => boolean,
  isFine: (fewer: JudgedHistory) => boolean,
): JudgedHistory {
  let { calls } = history;
  for (let size = calls.filter(mayGo).length; size >= 1; size = Math.floor(size / 2)) {
    for (const some of chunksOf(calls.filter(mayGo), size)) {
      const left = new Set(some);
      const fewer = calls.filter((call) => !left.has(call));
      if (isFine({ ...history, calls: fewer })) calls = fewer;
    }
  }
  return { ...history, calls };
}

function chunksOf<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}

function isEffectless({ name, outcome, commits = [] }: HistoryCall): boolean {
  if (commits.length > 0) return false;
  return isRead({ name }) || outcome.status === "refused" || outcome.status === "failed";
}

function isOpen({ outcome }: HistoryCall): boolean {
  return outcome.status === "unknown";
}
