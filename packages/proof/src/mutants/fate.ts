import { type ConformanceCase, type ConformanceStore, runConformanceCase } from "@slotwright/conformance";
import type { Mutant } from "./mutant.ts";

/** What became of a mutant: the first case that it failed, or none. */
export interface MutantFate {
  readonly mutant: string;
  readonly killedBy: string | undefined;
}

export interface Trial {
  readonly cases: readonly ConformanceCase[];
  readonly open: () => Promise<ConformanceStore>;
  /** Runs of each property-based case. */
  readonly propertyRuns: number;
}

/** A flawed adapter may also make a case wait forever. That kills it as well. */
const longestMs = 20_000;

export async function fateOf({ key, breakIt }: Mutant, { cases, open, propertyRuns }: Trial): Promise<MutantFate> {
  const openBroken = async (): Promise<ConformanceStore> => {
    const store = await open();
    return { ...store, storage: breakIt(store.storage as never), second: breakIt(store.second as never) } as never;
  };
  for (const one of cases) {
    if (await isKilled(runConformanceCase(one, { name: key, open: openBroken, propertyRuns }))) {
      return { mutant: key, killedBy: one.key };
    }
  }
  return { mutant: key, killedBy: undefined };
}

async function isKilled(run: Promise<void>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hung = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), longestMs);
  });
  const failed = run.then(
    () => false,
    () => true,
  );
  return Promise.race([failed, hung]).finally(() => clearTimeout(timer));
}
