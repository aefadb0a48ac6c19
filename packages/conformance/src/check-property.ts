import fc from "fast-check";

/** With what a case has taken before, less than the two minutes after which test runners often give up on a test. */
const smallerWithinMs = 60_000;

/**
 * Runs a property, and rejects with the smallest failure that was found in time, and its seed. On a slow database it can
 * take hours to look for a smaller one, and a test runner that gives up says nothing of what has failed. The runs
 * themselves take as long as they take.
 */
export async function checkProperty<T>(property: fc.IAsyncProperty<T>, numRuns: number): Promise<void> {
  const first: fc.RunDetails<T> = await fc.check<T>(property, { numRuns, endOnFailure: true });
  if (!first.failed) return;
  const { seed, counterexamplePath } = first;
  const inTime = fc.interruptAfterTimeLimit(smallerWithinMs);
  await fc.assert(property, { numRuns, seed, path: counterexamplePath ?? "", plugins: [inTime] });
  // What fails by chance may not fail again.
  throw new Error(await fc.asyncDefaultReportMessage<T>(first), { cause: first.errorInstance });
}
