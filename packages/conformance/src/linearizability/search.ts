import { type Candidate, calledBeforeAnswers, candidatesOf, narrowed } from "./candidates.ts";
import type { HistoryCall, JudgedHistory } from "./history.ts";
import { initialState, type ModelState } from "./model-state.ts";
import { type Observations, observationsOf } from "./observations.ts";

/** What the search found: an order that explains all answers, or how far it got. */
export type SearchResult = { readonly tries: number } & (
  | { readonly order: readonly HistoryCall[] }
  | {
      /** Whether every order was tried. If not, there may be one that explains all answers. */
      readonly isExhaustive: boolean;
      /** The longest order that explains the answers of the calls in it. */
      readonly longest: readonly HistoryCall[];
      /** The calls that could have come next, and what the rules would have answered instead, as text. */
      readonly misfits: readonly { readonly call: HistoryCall; readonly mismatch: string }[];
    }
);

export interface SearchOptions {
  /** How often a call may be tried in a state before the search gives up. */
  readonly maxTries: number;
  /**
   * Whether an order is abandoned as soon as a missing call has become impossible. This is far faster. Without it, the
   * longest order reaches the call that has no explanation. Default true.
   */
  readonly looksAhead?: boolean;
}

/** Some calls in an order. Candidates are numbered by when they were called. */
interface Prefix {
  /** All candidates before this one are in the order. */
  readonly complete: number;
  /** Further candidates in the order, after those. */
  readonly beyond: ReadonlySet<number>;
  readonly state: ModelState;
  readonly last: number | undefined;
  readonly before: Prefix | undefined;
  readonly length: number;
}

interface Search {
  readonly candidates: readonly Candidate[];
  readonly observations: Observations | undefined;
  readonly maxTries: number;
  tries: number;
}

/**
 * Looks for an order of the calls in which each takes effect at one instant between its call and its answer, and the
 * rules, run one command after another, give exactly the recorded answers.
 *
 * The search is depth first, and never enters one configuration (the set of calls in the order, and the state they lead
 * to) twice. The method: Wing and Gong, "Testing and Verifying Concurrent Objects", 1993; Lowe, "Testing for
 * Linearizability", 2017. Without looking ahead, and without the shortcut in `longerOnes`, a hundred calls of sixteen
 * callers can take minutes.
 */
export function searchOrder(history: JudgedHistory, { maxTries, looksAhead = true }: SearchOptions): SearchResult {
  const candidates = candidatesOf(history);
  const start = initialState(history.initial);
  if (!looksAhead) return searchAmong(start, { candidates, observations: undefined, maxTries, tries: 0 });
  const narrower = narrowed(candidates, observationsOf(candidates).pairs);
  if (narrower === undefined) return { tries: 0, isExhaustive: true, longest: [], misfits: [] };
  return searchAmong(start, { candidates: narrower, observations: observationsOf(narrower), maxTries, tries: 0 });
}

function searchAmong(state: ModelState, search: Search): SearchResult {
  const { candidates, maxTries } = search;
  const stack: Prefix[] = [{ complete: 0, beyond: new Set(), state, last: undefined, before: undefined, length: 0 }];
  const entered = new Set<string>();
  let longest = stack[0] as Prefix;
  for (let prefix = stack.pop(); prefix !== undefined && search.tries <= maxTries; prefix = stack.pop()) {
    if (prefix.length > longest.length) longest = prefix;
    if (isWhole(prefix, candidates)) return { tries: search.tries, order: orderOf(prefix, candidates) };
    for (const longer of longerOnes(prefix, search).reverse()) {
      const found = configuration(longer);
      if (entered.has(found)) continue;
      entered.add(found);
      stack.push(longer);
    }
  }
  const { tries } = search;
  const misfits = misfitsAfter(longest, candidates);
  return { tries, isExhaustive: tries <= maxTries, longest: orderOf(longest, candidates), misfits };
}

function isWhole({ complete, beyond }: Prefix, candidates: readonly Candidate[]): boolean {
  for (let index = complete; index < candidates.length; index++) {
    if (!beyond.has(index) && !candidates[index]?.isOptional) return false;
  }
  return true;
}

/**
 * The orders that continue with one more call. If a call fits that changes nothing, or if a search begins, or ends, it is
 * the only one: an order that has it later can also have it now. A call that changes what a missing call saw comes too early.
 */
function longerOnes(prefix: Prefix, search: Search): Prefix[] {
  const longer: Prefix[] = [];
  for (const next of nextOf(prefix, search.candidates)) {
    if (search.observations?.fits(prefix.state, next) === false) continue;
    search.tries += 1;
    const step = (search.candidates[next] as Candidate).run(prefix.state);
    if ("mismatch" in step) continue;
    const extended = extendedBy(prefix, next, step.state);
    if (step.state === prefix.state || step.isFree) return [extended];
    const isMissing = (index: number) => index >= extended.complete && !extended.beyond.has(index);
    if (!search.observations?.lostBy(step.state, isMissing)) longer.push(extended);
  }
  return longer;
}

/** The call that was answered first goes first. The others can wait longer. */
function nextOf({ complete, beyond }: Prefix, candidates: readonly Candidate[]): number[] {
  const returned = (index: number) => (candidates[index] as Candidate).returned;
  const next = calledBeforeAnswers(candidates, complete, (index) => beyond.has(index));
  return next.sort((a, b) => (returned(a) === returned(b) ? a - b : returned(a) - returned(b)));
}

function extendedBy(prefix: Prefix, next: number, state: ModelState): Prefix {
  const beyond = new Set(prefix.beyond).add(next);
  let { complete } = prefix;
  while (beyond.delete(complete)) complete += 1;
  return { complete, beyond, state, last: next, before: prefix, length: prefix.length + 1 };
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
