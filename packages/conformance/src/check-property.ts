import fc from "fast-check";

/** Less than the two minutes after which test runners often give up on a test. */
const withinMs = 100_000;

/**
 * Runs a property, and rejects with the smallest failure that was found in time, and its seed. On a slow database it can
 * take hours to look for a smaller one, and a test runner that gives up says nothing of what has failed.
 */
export async function checkProperty<T>(property: fc.IAsyncProperty<T>, numRuns: number): Promise<void> {
  const inTime = fc.interruptAfterTimeLimit(withinMs, { failOnInterrupt: true });
  await fc.assert(property, { numRuns, plugins: [inTime] });
}
