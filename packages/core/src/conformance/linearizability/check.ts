import { explainFailure } from "./explain.ts";
import type { History, HistoryCall } from "./history.ts";
import { partition } from "./partition.ts";
import { searchOrder } from "./search.ts";
import { shrinkHistory } from "./shrink.ts";

export type Verdict =
  | {
      readonly linearizable: true;
      /** For each independent part, an order that explains all answers. */
      readonly orders: readonly (readonly HistoryCall[])[];
    }
  | {
      readonly linearizable: false;
      /** The smallest part that could be found for which there is no such order. */
      readonly counterexample: History;
      /** The same for people: who did what when, and where it stops making sense. */
      readonly explanation: string;
    };

/**
 * Whether the calls could have taken effect one after the other, each at some instant between its call and its answer,
 * so that the rules give the answers that were given. This is what callers count on: no booking lost, none made twice,
 * nobody told of a state that is no more.
 */
export function checkHistory(history: History): Verdict {
  const orders: (readonly HistoryCall[])[] = [];
  for (const part of partition(history)) {
    const found = searchOrder(part);
    if (!("order" in found)) return failed(part);
    orders.push(found.order);
  }
  return { linearizable: true, orders };
}

function failed(part: History): Verdict {
  const counterexample = shrinkHistory(part);
  return { linearizable: false, counterexample, explanation: explainFailure(counterexample) };
}

/** @throws Error with the explanation, if the history is not linearizable */
export function assertLinearizable(history: History): void {
  const verdict = checkHistory(history);
  if (!verdict.linearizable) throw new Error(verdict.explanation);
}
