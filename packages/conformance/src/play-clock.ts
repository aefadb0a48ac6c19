import { type Clock, systemClock } from "@slotwright/core";
import { minutes } from "./fixtures.ts";

/** The beginning of the day before that of all slots of a play. */
const midnight = minutes(-33 * 60).getTime();

/**
 * A clock that goes as fast as that of the computer, and was at that midnight when the play began: what is published begins
 * in the future. All processes of one computer that know the beginning agree on it.
 *
 * @param startedAt By the clock of the computer, in milliseconds since 1970
 */
export function playClock(startedAt: number): Clock {
  return { now: () => new Date(midnight + Date.now() - startedAt), sleep: systemClock.sleep };
}
