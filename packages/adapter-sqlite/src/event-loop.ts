import { setImmediate as nextTurn } from "node:timers/promises";

/** The longest time, in milliseconds, that calls answered at once may keep timers and sockets waiting. */
const longestTurn = 5;

let turnBegan = Number.NEGATIVE_INFINITY;
let turning: Promise<void> | undefined;

/**
 * SQLite answers without ever waiting, so callers in a loop would never let the event loop turn: requests would not be
 * read, and the pauses between attempts would not end. All callers of the process share its turns. If each had its own
 * turn, twenty callers would take twenty times as long. Undefined if no turn is due: most calls then wait for no promise.
 */
export function letOthersIn(): Promise<void> | undefined {
  if (performance.now() - turnBegan < longestTurn) return undefined;
  turning ??= beginTurn();
  return turning;
}

async function beginTurn(): Promise<void> {
  await nextTurn();
  turnBegan = performance.now();
  turning = undefined;
}
