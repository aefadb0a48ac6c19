import { setImmediate as nextTurn } from "node:timers/promises";

/** The longest time, in milliseconds, for which handlers may keep timers and sockets waiting together. */
const longestTurnMs = 10;

/**
 * Resolves at once, or in the next turn of the event loop once the current one has lasted long enough. Handlers that never
 * wait would otherwise be given the whole backlog in one turn, in which no lease can be renewed and nothing else runs.
 */
export function createTurns(): () => Promise<void> {
  let began = performance.now();
  let turning: Promise<void> | undefined;

  async function begin(): Promise<void> {
    await nextTurn();
    began = performance.now();
    turning = undefined;
  }

  return async () => {
    if (performance.now() - began < longestTurnMs) return;
    turning ??= begin();
    await turning;
  };
}
