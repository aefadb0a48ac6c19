import { conformanceCases } from "@slotwright/conformance";
import { memoryGaps, openMemoryStore } from "@slotwright/conformance/fixtures";
import type { EngineName } from "@slotwright/lab/engines";
import { reasonOfEquivalence } from "./equivalents.ts";
import { fateOf, type MutantFate } from "./fate.ts";
import { mutants } from "./index.ts";
import type { Mutant } from "./mutant.ts";
import { storesOn } from "./stores.ts";

/** How well the suite distinguishes flawed adapters from a sound one. */
export interface MutationReport {
  readonly mutants: number;
  readonly killed: number;
  /** Mutants that cannot be distinguished from a sound adapter, for a documented reason. */
  readonly equivalent: number;
  /** Mutants that the suite should have detected, but did not. */
  readonly survivors: readonly string[];
  /** Mutants that are listed as equivalent but were killed: take them off the list. */
  readonly wronglyEquivalent: readonly string[];
  /** The first case that each failed. */
  readonly killedBy: Readonly<Record<string, string>>;
}

/** Runs of a property-based case. A flaw that needs more of them is not found in every run. */
const propertyRuns = 20;

/** Runs the whole suite against each mutant of the memory adapter, until a case fails. */
export async function mutateMemory(
  signal: AbortSignal,
  onFate: (done: number, all: number) => void,
): Promise<MutationReport> {
  const cases = conformanceCases.filter(({ key }) => !memoryGaps.includes(key));
  let done = 0;
  const fates = await inLanes(mutants, signal, async (mutant) => {
    // A case that counts on the clock also fails when the machine stands still, whatever the mutant. Of one that cannot be
    // told apart, every case is tried.
    const failures = reasonOfEquivalence(mutant.key) === undefined ? 2 : 3;
    const fate = await fateOf(mutant, { cases, open: openMemoryStore as never, propertyRuns, failures });
    done += 1;
    onFate(done, mutants.length);
    return fate;
  });
  return reportOf(fates);
}

/** Most of a case's time is waiting: for leases to end, for locks, or for what a flawed adapter never does. */
const lanes = 6;

/** Works on several mutants at a time. The results are in the order of the mutants. */
async function inLanes<Result>(
  all: readonly Mutant[],
  signal: AbortSignal,
  work: (mutant: Mutant) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: (readonly [number, Result])[] = [];
  const left = all.entries();
  const lane = async () => {
    for (const [index, mutant] of left) {
      if (signal.aborted) break;
      results.push([index, await work(mutant)]);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results.sort(([one], [other]) => one - other).map(([, result]) => result);
}

export function reportOf(fates: readonly MutantFate[]): MutationReport {
  const isEquivalent = ({ mutant }: MutantFate) => reasonOfEquivalence(mutant) !== undefined;
  const killed = fates.filter(({ killedBy }) => killedBy !== undefined);
  const survived = fates.filter(({ killedBy }) => killedBy === undefined);
  return {
    mutants: fates.length,
    killed: killed.length,
    equivalent: survived.filter(isEquivalent).length,
    survivors: survived.filter((fate) => !isEquivalent(fate)).map(({ mutant }) => mutant),
    wronglyEquivalent: killed.filter(isEquivalent).map(({ mutant }) => mutant),
    killedBy: Object.fromEntries(killed.map(({ mutant, killedBy = "" }) => [mutant, killedBy])),
  };
}

/** Runs the case that killed each mutant of the memory adapter against the same mutant of this engine. */
export async function mutateEngine(
  engine: EngineName,
  { killedBy }: MutationReport,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const stores = await storesOn(engine, signal);
  try {
    const problems = await inLanes(mutants, signal, async (mutant) => {
      const cases = conformanceCases.filter(({ key }) => key === killedBy[mutant.key]);
      const fate = await fateOf(mutant, { cases, open: stores.open, propertyRuns });
      const hasSurvived = cases.length > 0 && fate.killedBy === undefined;
      return hasSurvived ? [`The mutant "${mutant.key}" survives ${cases[0]?.key}.`] : [];
    });
    const sound = new Set(Object.values(killedBy));
    const cases = conformanceCases.filter(({ key }) => sound.has(key));
    const { killedBy: failed } = await fateOf(
      { key: "sound", breakIt: (storage) => storage },
      { cases, open: stores.open, propertyRuns },
    );
    const unknown = `The sound adapter fails ${failed}, so nothing is known about its mutants.`;
    return [...problems.flat(), ...(failed === undefined ? [] : [unknown])];
  } finally {
    await stores.close();
  }
}
