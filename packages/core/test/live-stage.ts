import type { Engine, LiveSlots } from "../src/index.ts";

/** Waits until live slots stand where the feed ends. */
export async function caughtUpWith(engine: Engine, live: LiveSlots): Promise<void> {
  const { cursor } = await engine.changes({ after: "end" });
  for (let waited = 0; live.freshness().cursor !== cursor; waited += 1) {
    if (waited === 5_000) throw new Error("It has not caught up.");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
