import {
  aroundCalls,
  type ConformanceCase,
  type ConformanceStore,
  intercepted,
  runConformanceCase,
} from "@slotwright/conformance";
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
  /** How often in a row a case has to fail until it has killed. Default 1. */
  readonly failures?: number;
}

/** A flawed adapter may also make a case wait forever. That kills it as well. */
const longestMs = 20_000;

export async function fateOf(mutant: Mutant, trial: Trial): Promise<MutantFate> {
  for (const one of trial.cases) {
    if (await fails(mutant, one, trial)) return { mutant: mutant.key, killedBy: one.key };
  }
  return { mutant: mutant.key, killedBy: undefined };
}

async function fails(mutant: Mutant, one: ConformanceCase, trial: Trial): Promise<boolean> {
  const { open, propertyRuns, failures = 1 } = trial;
  for (let failed = 0; failed < failures; failed++) {
    const { isOver, openBroken } = brokenStores(mutant, open);
    const run = runConformanceCase(one, { name: mutant.key, open: openBroken, propertyRuns });
    if (!(await isKilled(run).finally(isOver))) return false;
  }
  return true;
}

/** A case that has failed leaves its relays and subscribers at work. They end with the first call after it is over. */
function brokenStores({ breakIt }: Mutant, open: Trial["open"]) {
  let isOver = false;
  const ending = aroundCalls(async (_, proceed) => {
    if (isOver) throw new Error("The case is over.");
    return proceed();
  });
  const broken = (storage: ConformanceStore["storage"]) => intercepted(breakIt(storage as never), ending);
  return {
    isOver: () => {
      isOver = true;
    },
    async openBroken(): Promise<ConformanceStore> {
      const store = await open();
      return { ...store, storage: broken(store.storage), second: broken(store.second) } as never;
    },
  };
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
