import { type History, intercepted, type Scene } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import { isStorageError } from "@slotwright/core/adapter";
import type { RoundReport } from "../../histories/messages.ts";
import { notingFailures } from "../../histories/noted-failures.ts";
import { addTo, emptyTally, type Tally } from "../../histories/tally.ts";
import type { Beside } from "../beside/run.ts";
import type { FaultReport } from "../fault.ts";
import { performRush } from "../run.ts";
import { type Company, inCompany } from "./company.ts";
import { lossAsProblem, problemsInFile } from "./file.ts";

/** What storage reported when it failed: the contract's `failure` and the driver's code. */
export interface DriverFailure {
  readonly failure: string;
  readonly code: string;
}

/** What has happened so far. */
export interface CallersSeen {
  readonly said: DriverFailure[];
  commits: number;
}

export interface CallersOnFile {
  readonly world: Scene["world"];
  readonly seen: CallersSeen;
  /** Starts the callers. Resolves when the last one has been answered. They start after the harm at the latest. */
  readonly begin: () => Promise<void>;
  /** Closes the connections of those beside the callers, who come back when these begin. */
  readonly leaveAlone: () => Promise<void>;
}

/** Something that goes wrong with a file while callers of this process work on it. */
export interface FileFault {
  readonly name: string;
  readonly file: string;
  readonly storages: readonly StorageAdapter<never>[];
  /** Milliseconds after which the engines give up on a busy file. */
  readonly budgetMs: number;
  /** Does the harm, and ends it. Resolves with what callers elsewhere were told in the meantime. */
  readonly harm: (callers: CallersOnFile) => Promise<readonly RoundReport[]>;
  /** What is wrong with the answers that callers got. */
  readonly expects: (history: History, seen: CallersSeen) => readonly string[];
}

/** Milliseconds after which a caller asks again if the file cannot be written. */
const pauseMs = 50;

/** Lets callers work while the harm is done, and checks by a connection of its own that it did no damage. */
export async function runFileFault(fault: FileFault, seed: number): Promise<FaultReport> {
  const tally = emptyTally();
  const seen: CallersSeen = { said: [], commits: 0 };
  try {
    const problems = await inCompany(fault.file, tally, (company, atWork) =>
      lossAsProblem(() => harmFile(fault, { seed, company, atWork, tally, seen })),
    );
    addTo(tally, { faults: seen.said.length });
    return { tally, problems: problems.map((problem) => `${fault.name}: ${problem}`) };
  } finally {
    await Promise.all(fault.storages.map((one) => one.close()));
  }
}

interface Harmed {
  readonly seed: number;
  readonly company: Company;
  readonly atWork: Beside;
  readonly tally: Tally;
  readonly seen: CallersSeen;
}

async function harmFile(fault: FileFault, harmed: Harmed): Promise<readonly string[]> {
  const { name, budgetMs } = fault;
  const { seed, company, atWork, tally, seen } = harmed;
  const { observer, leave: leaveAlone } = company;
  const storages = fault.storages.map((storage) => notingAdapter(storage, seen));
  const rush = { name, seed, callers: 4, storages, observer, budgetMs, pauseMs, tally };
  const performed = await performRush(rush, async ({ participants, world }) => {
    let working: Promise<void> | undefined;
    const begin = () => {
      company.comeBack();
      working ??= Promise.all(participants.map((act) => act())).then(() => {});
      return working;
    };
    const told = await fault.harm({ world, seen, begin, leaveAlone });
    await begin();
    return told;
  });
  return [
    ...(await problemsInFile(fault.file, performed, atWork, observer)),
    ...fault.expects(performed.history, seen),
  ];
}

function notingAdapter(storage: StorageAdapter, seen: CallersSeen): StorageAdapter {
  const note = (error: unknown) => void seen.said.push(saidBy(error));
  return intercepted(intercepted(storage, notingFailures(note)), (noting) => ({
    commit: async (...given) => {
      const outcomes = await noting.commit(...given);
      seen.commits += 1;
      return outcomes;
    },
  }));
}

function saidBy(error: unknown): DriverFailure {
  if (!isStorageError(error)) return { failure: "none", code: String(error) };
  const { code = "none" } = (error.cause ?? {}) as { readonly code?: string };
  return { failure: error.failure, code };
}

/** Storage has to report this at least once, and nothing else. */
export function saysOnly({ said }: CallersSeen, failure: string, codes: RegExp): readonly string[] {
  const others = said.filter((one) => one.failure !== failure || !codes.test(one.code));
  const wrong = [...new Set(others.map((one) => JSON.stringify(one)))];
  return [
    ...(said.length === 0 ? [`Storage never failed, but should have reported ${failure}.`] : []),
    ...wrong.map((one) => `Storage reported ${one}, but should have reported ${failure}.`),
  ];
}

/** Every failure must have this code, and there must be at least one. */
export function failsOnly({ calls }: History, code: string): readonly string[] {
  const failed = calls.flatMap(({ id, name, outcome }) => (outcome.status === "failed" ? [{ id, name, outcome }] : []));
  const wrong = failed.filter(({ outcome }) => outcome.code !== code);
  return [
    ...(failed.length === 0 ? [`No caller got ${code}.`] : []),
    ...wrong.map(({ id, name, outcome }) => `${id} ${name} failed with ${outcome.code}, not ${code}.`),
  ];
}

/** Callers that gave up must have done so in time: within the budget, plus a moment in which the process was busy. */
export function givesUpWithin({ calls }: History, budgetMs: number): readonly string[] {
  return calls.flatMap(({ id, name, outcome, calledAt, returnedAt }) => {
    const waitedMs = Date.parse(returnedAt) - Date.parse(calledAt);
    if (outcome.status !== "failed" || waitedMs <= budgetMs + momentMs) return [];
    return [`${id} ${name} gave up after ${waitedMs} ms, of ${budgetMs}.`];
  });
}

const momentMs = 700;
