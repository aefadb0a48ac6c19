import type { History, HistoryCall } from "./history.ts";
import { type ModelCall, modelCall } from "./model.ts";
import { initialState, type ModelState } from "./model-state.ts";

/** What the search found: an order that explains all answers, or how far it got. */
export type SearchResult =
  | { readonly order: readonly HistoryCall[] }
  | {
      /** The longest order that explains the answers of the calls in it. */
      readonly longest: readonly HistoryCall[];
      /** Those that could have come next, and what the rules would have answered instead. */
      readonly misfits: readonly { readonly call: HistoryCall; readonly mismatch: string }[];
    };

/** A call with all that the search needs of it. */
interface Candidate {
  readonly call: HistoryCall;
  readonly run: ModelCall;
  readonly called: number;
  /** Infinity where it was never answered. */
  readonly returned: number;
  /** It may never have taken effect. */
  readonly isOptional: boolean;
}

/** Some calls in an order. Candidates are numbered by when they were called. */
interface Prefix {
  /** All candidates before this one are in the order. */
  readonly complete: number;
  /** Those in the order behind it. */
  readonly beyond: ReadonlySet<number>;
  readonly state: ModelState;
  readonly last: number | undefined;
  readonly before: Prefix | undefined;
  readonly length: number;
}

/**
 * Looks for an order of the calls in which each takes effect at one instant between its call and its answer, and
 * the rules, run one command after the other, give the very answers that were recorded.
 *
 * Depth first, never entering one configuration (the set of calls in the order, and the state they lead to) twice.
 * The method: Wing and Gong, "Testing and Verifying Concurrent Objects", 1993; Lowe, "Testing for Linearizability",
 * 2017.
 */
export function searchOrder({ calls, initial, overlapScope }: History): SearchResult {
  const candidates = calls.filter(mattersToOrder).map((call) => candidateOf(call, overlapScope));
  candidates.sort((a, b) => a.called - b.called);
  const start = { complete: 0, beyond: new Set<number>(), state: initialState(initial), length: 0 };
  const stack: Prefix[] = [{ ...start, last: undefined, before: undefined }];
  const entered = new Set<string>();
  let longest = stack[0] as Prefix;
  for (let prefix = stack.pop(); prefix !== undefined; prefix = stack.pop()) {
    if (prefix.length > longest.length) longest = prefix;
    if (isWhole(prefix, candidates)) return { order: orderOf(prefix, candidates) };
    for (const next of nextOf(prefix, candidates).reverse()) {
      const longer = extended(prefix, next, candidates);
      if (longer === undefined || entered.has(configuration(longer))) continue;
      entered.add(configuration(longer));
      stack.push(longer);
    }
  }
  return { longest: orderOf(longest, candidates), misfits: misfitsAfter(longest, candidates) };
}

/** What had no effect and no answer from the rules says nothing about the order. */
function mattersToOrder({ outcome }: HistoryCall): boolean {
  if (outcome.status === "refused") return outcome.code !== "policy_violation" && outcome.code !== "forbidden";
  return outcome.status === "done" || (outcome.status === "unknown" && outcome.result !== undefined);
}

function candidateOf(call: HistoryCall, overlapScope: History["overlapScope"]): Candidate {
  const isOptional = call.outcome.status === "unknown";
  const returned = isOptional ? Number.POSITIVE_INFINITY : (call.returned ?? Number.POSITIVE_INFINITY);
  return { call, run: modelCall(call, overlapScope), called: call.called, returned, isOptional };
}

function isWhole({ complete, beyond }: Prefix, candidates: readonly Candidate[]): boolean {
  for (let index = complete; index < candidates.length; index++) {
    if (!beyond.has(index) && !candidates[index]?.isOptional) return false;
  }
  return true;
}

/** Those that were called before any of the others still missing was answered. */
function nextOf({ complete, beyond }: Prefix, candidates: readonly Candidate[]): number[] {
  const next: number[] = [];
  let answered = Number.POSITIVE_INFINITY;
  for (let index = complete; index < candidates.length; index++) {
    const { called, returned } = candidates[index] as Candidate;
    if (called > answered) break;
    if (beyond.has(index)) continue;
    next.push(index);
    answered = Math.min(answered, returned);
  }
  return next.filter((index) => (candidates[index] as Candidate).called <= answered);
}

function extended(prefix: Prefix, next: number, candidates: readonly Candidate[]): Prefix | undefined {
  const step = (candidates[next] as Candidate).run(prefix.state);
  if ("mismatch" in step) return undefined;
  const beyond = new Set(prefix.beyond).add(next);
  let { complete } = prefix;
  while (beyond.delete(complete)) complete += 1;
  return { complete, beyond, state: step.state, last: next, before: prefix, length: prefix.length + 1 };
}

function configuration({ complete, beyond, state }: Prefix): string {
  return `${complete} ${[...beyond].sort((a, b) => a - b)} ${state.fingerprint}`;
}

function orderOf(prefix: Prefix, candidates: readonly Candidate[]): readonly HistoryCall[] {
  const order: HistoryCall[] = [];
  for (let at: Prefix | undefined = prefix; at?.last !== undefined; at = at.before) {
    order.push((candidates[at.last] as Candidate).call);
  }
  return order.reverse();
}

function misfitsAfter(prefix: Prefix, candidates: readonly Candidate[]) {
  return nextOf(prefix, candidates).flatMap((index) => {
    const { call, run } = candidates[index] as Candidate;
    const step = run(prefix.state);
    return "mismatch" in step ? [{ call, mismatch: step.mismatch }] : [];
  });
}
