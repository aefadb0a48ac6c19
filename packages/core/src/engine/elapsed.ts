/** The wall clock runs a little unevenly, and is slewed. It has to get ahead by more than this to count as a sleep. */
const leastSleepMs = 1_000;

/** How often the wall clock is looked at, at most: it takes as long as the other one, and answers are to be quick. */
const lookMs = 10;

let sleptMs = 0;
let lookedAt = performance.now();
/** How far the wall clock was ahead of `performance.now()` then. */
let aheadMs = Date.now() - lookedAt;

/**
 * `performance.now()`, and the time that the computer slept, in which that stands still. Goes back only where that does. A
 * wall clock that is set ahead looks like a sleep, so what was noted before grows old, and what is noted from then on does
 * not.
 */
export function elapsedMs(): number {
  const now = performance.now();
  const sinceLook = now - lookedAt;
  if (sinceLook < 0 || sinceLook >= lookMs) {
    const before = aheadMs;
    [lookedAt, aheadMs] = [now, Date.now() - now];
    // It begins anew where a test replaces the clocks.
    if (sinceLook >= 0 && aheadMs - before > leastSleepMs) sleptMs += aheadMs - before;
  }
  return now + sleptMs;
}
