import { setTimeout as sleep } from "node:timers/promises";
import { anyPlay, type History, type Play, perform, problemsOf } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import fc from "fast-check";
import { countHistory, countingAdapter, type Tally } from "../histories/tally.ts";
import { type Finding, finding } from "./findings.ts";
import { mostAttempts, patient, pauseMs } from "./patient.ts";

/** Callers on all nodes, who play one history after another until there are enough. */
export interface Callers {
  /** Those of one node each. */
  readonly storages: readonly StorageAdapter[];
  /** Part of all ids. */
  readonly name: string;
  readonly seed: number;
  readonly atLeast: number;
  /** Whether they may stop, once they have played so many. */
  readonly isOver: () => boolean;
  /** Ends them before that. */
  readonly signal: AbortSignal;
  readonly tally: Tally;
}

export interface Played {
  readonly histories: readonly History[];
  readonly findings: readonly Finding[];
}

/** Histories that are played at the same time. While a fault lasts, most of them wait for its node. */
const lanes = 8;
const budgetMs = 4_000;

export async function playOnNodes(callers: Callers): Promise<Played> {
  const histories: History[] = [];
  const findings: Finding[] = [];
  let begun = 0;
  const lane = async () => {
    while (!callers.signal.aborted && (begun < callers.atLeast || !callers.isOver())) {
      const number = begun++;
      const { history, problems } = await playOnce(callers, number).catch(unplayable);
      if (history !== undefined) histories.push(history);
      findings.push(...problems);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { histories, findings };
}

function unplayable(error: unknown): { readonly history?: History; readonly problems: readonly Finding[] } {
  // Without the stack, which names folders of the machine: the report is committed.
  return { problems: finding("other", 1, `A history could not be played: ${String(error)}`) };
}

async function playOnce({ storages, name, seed, tally }: Callers, number: number) {
  const [play] = fc.sample(anyPlay, { numRuns: 1, seed: seed + number });
  // Each node in turn has the first caller, and the one that looks on.
  const turned = [...storages.slice(number % storages.length), ...storages.slice(0, number % storages.length)];
  const observer = patient(turned.at(-1) as StorageAdapter);
  const stage = {
    storages: turned.map((storage) => countingAdapter(storage, tally)),
    observer,
    name: `${name}-${number}`,
    options: { retry: { budgetMs } },
    sharesEngines: true,
    inTransactions: true,
    onFailure: async (attempts: number) => {
      await sleep(pauseMs);
      return attempts < mostAttempts;
    },
  };
  const performance = await perform(play as Play, stage);
  const { history } = performance;
  countHistory(tally, history);
  const texts = await problemsOf(performance, observer);
  return { history, problems: texts.map((text) => ({ kind: kindOf(text), count: 1, text })) };
}

function kindOf(text: string): Finding["kind"] {
  return /^(Not linearizable|Undecided)/.test(text) ? "unexplained" : "other";
}
