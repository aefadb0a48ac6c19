import type { EngineOptions } from "@slotwright/core";
import { explainFailure, howFar } from "./explain.ts";
import type { History, HistoryCall, JudgedHistory } from "./history.ts";
import { houseOf } from "./house.ts";
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
      /** The smallest part found for which there is no such order. */
      readonly counterexample: History;
      /** The same for people: who did what when, and where it stops making sense. */
      readonly explanation: string;
    }
  | {
      /** Unknown: there are more orders than were tried. This proves nothing, and does not count as a proof. */
      readonly linearizable: undefined;
      /** The part that took too long. */
      readonly undecided: History;
      readonly explanation: string;
    };

/**
 * With `policies`, and `audienceOf` if the engines have it, each answer has to be that of these policies, too. Give all
 * that the engines have. Default: policies are not asked, and what they refused is not looked at.
 */
export interface CheckOptions extends Pick<EngineOptions<unknown>, "policies" | "audienceOf"> {
  /** How often a call of one part may be tried in a state before the check gives up. Default 50 000: some seconds. */
  readonly maxTries?: number;
}

/**
 * Whether the calls could have taken effect one after another, each at some instant between its call and its answer, so
 * that the rules give the recorded answers. Callers rely on this: no booking is lost or made twice, and no answer shows
 * a state that no longer exists.
 */
export function checkHistory(history: History, { maxTries = 50_000, ...policies }: CheckOptions = {}): Verdict {
  const orders: (readonly HistoryCall[])[] = [];
  let undecided: JudgedHistory | undefined;
  for (const part of partition({ ...history, house: houseOf(policies) })) {
    const found = searchOrder(part, { maxTries });
    if ("order" in found) orders.push(found.order);
    else if (found.isExhaustive) return failed(part);
    else undecided ??= part;
  }
  return undecided === undefined ? { linearizable: true, orders } : gaveUp(undecided, maxTries);
}

function failed(part: JudgedHistory): Verdict {
  const counterexample = shrinkHistory(part);
  const explanation = `${explainFailure(counterexample)}${hintAt(part)}`;
  return { linearizable: false, counterexample: asRecorded(counterexample), explanation };
}

function asRecorded({ house: _, ...history }: JudgedHistory): History {
  return history;
}

/** A call whose outcome was not looked up may be what explains the others. */
function hintAt({ calls }: History): string {
  const unsettled = calls.filter(({ outcome }) => outcome.status === "unknown" && outcome.result === undefined);
  if (unsettled.length === 0) return "";
  const ids = unsettled.map(({ id }) => id).join(", ");
  return `\n\nCounted as without effect, because their answers are not known: ${ids}. Use settleUnknown to look them up.`;
}

function gaveUp(undecided: JudgedHistory, maxTries: number): Verdict {
  const explanation = [
    `Undecided: ${undecided.calls.length} calls can be put in more orders than could be tried (${maxTries} tries).`,
    "Nothing is proved by this. Record shorter histories, or give checkHistory more tries with maxTries.",
    "",
    ...howFar(undecided),
  ].join("\n");
  return { linearizable: undefined, undecided: asRecorded(undecided), explanation };
}

/** @throws Error with the explanation, if the history is not linearizable or this is undecided */
export function assertLinearizable(history: History, options?: CheckOptions): void {
  const verdict = checkHistory(history, options);
  if (!verdict.linearizable) throw new Error(verdict.explanation);
}
