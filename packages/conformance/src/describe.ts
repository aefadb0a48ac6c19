import { conformanceCases } from "./cases/index.ts";
import type { ConformanceCase, ConformanceHarness, ConformanceStore } from "./harness.ts";

/** The part of a test runner that the suite uses. The functions of Vitest, Jest and node:test fit. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => Promise<void>) => unknown;
}

/**
 * Registers the whole suite with a test runner, one test for each case, each on a fresh store.
 * @throws Error if a known gap is not the key of a case
 */
export function describeConformance({ describe, it }: TestRunner, harness: ConformanceHarness): void {
  refuseUnknownGaps(harness, conformanceCases);
  describe(`${harness.name} conforms`, () => {
    for (const one of conformanceCases) it(`${one.key}: ${one.title}`, () => runConformanceCase(one, harness));
  });
}

/**
 * Runs one case on a fresh store. Rejects if the adapter does not keep the promise, or if a known gap is not the key of
 * a case.
 */
export async function runConformanceCase(one: ConformanceCase, harness: ConformanceHarness): Promise<void> {
  refuseUnknownGaps(harness, [...conformanceCases, one]);
  if (!harness.knownGaps?.includes(one.key)) return runOnFreshStore(one, harness);
  const failed = await runOnFreshStore(one, harness).then(
    () => false,
    () => true,
  );
  if (!failed) throw new Error(`The known gap ${one.key} is closed: take it off the harness's list.`);
}

/** A misspelt gap, or one whose case was renamed, would excuse nothing, and nobody would notice. */
function refuseUnknownGaps({ name, knownGaps = [] }: ConformanceHarness, cases: readonly ConformanceCase[]): void {
  const keys = new Set(cases.map(({ key }) => key));
  const unknown = knownGaps.filter((gap) => !keys.has(gap));
  if (unknown.length === 0) return;
  throw new Error(
    `The known gaps of ${name} name cases that do not exist: ${unknown.join(", ")}. Take them off the list.`,
  );
}

async function runOnFreshStore(one: ConformanceCase, harness: ConformanceHarness): Promise<void> {
  const opened: ConformanceStore[] = [];
  const open = async () => {
    const store = await harness.open();
    opened.push(store);
    return store;
  };
  const [ran] = await Promise.allSettled([inContext(one, harness, open)]);
  const closed = await Promise.allSettled(opened.map((store) => store.close()));
  // What went wrong in the case comes first: a store that cannot be closed is often left behind by that.
  for (const outcome of [ran, ...closed]) {
    if (outcome.status === "rejected") throw outcome.reason;
  }
}

async function inContext(
  one: ConformanceCase,
  { propertyRuns = 100 }: ConformanceHarness,
  open: () => Promise<ConformanceStore>,
): Promise<void> {
  await one.run({ ...(await open()), open, propertyRuns });
}
