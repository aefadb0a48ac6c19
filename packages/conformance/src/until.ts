import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

/** Waits until it is true. Long, because the machine may have other work. */
export async function until(
  isTrue: () => boolean | Promise<boolean>,
  what: string | (() => string),
  withinMs = 60_000,
): Promise<void> {
  const started = performance.now();
  while (!(await isTrue())) {
    if (performance.now() - started > withinMs)
      assert.fail(`it does not happen that ${typeof what === "string" ? what : what()}`);
    await pause(5);
  }
}
