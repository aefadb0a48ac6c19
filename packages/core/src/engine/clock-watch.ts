import type { OnWarning } from "../warnings.ts";
import type { Clock } from "./clock.ts";

/** Milliseconds between two comparisons. */
const interval = 5 * 60_000;

/** Milliseconds that two clocks may differ. */
const tolerated = 1_000;

export interface ClockWatchOptions {
  readonly clock: Pick<Clock, "now">;
  /** The time of the database. */
  readonly readClock: () => Promise<Date>;
  readonly warn: OnWarning;
}

/**
 * Compares the engine's clock with the database's, at most every few minutes. The returned function is called after
 * each answer of the storage and returns at once. A timer would keep the process alive, and nobody waits for the
 * comparison.
 */
export function watchClock({ clock, readClock, warn }: ClockWatchOptions): () => void {
  let nextAt = Number.NEGATIVE_INFINITY;
  let isComparing = false;

  async function compare(): Promise<void> {
    const sent = clock.now().getTime();
    const theirs = (await readClock()).getTime();
    const received = clock.now().getTime();
    const aheadMs = Math.round((sent + received) / 2 - theirs);
    // The database read its clock at some moment in between.
    const inDoubt = (received - sent) / 2;
    if (Math.abs(aheadMs) - inDoubt > tolerated)
      warn({ code: "clock_skew", message: messageOf(aheadMs), details: { aheadMs } });
  }

  return () => {
    const now = performance.now();
    if (isComparing || now < nextAt) return;
    isComparing = true;
    nextAt = now + interval;
    void compare()
      .catch(() => {})
      .finally(() => {
        isComparing = false;
      });
  };
}

function messageOf(aheadMs: number): string {
  const seconds = (Math.abs(aheadMs) / 1000).toFixed(1);
  const how = aheadMs > 0 ? "ahead of" : "behind";
  return `The clock of this computer is ${seconds} s ${how} the database's. An engine ends holds by its own clock, so a hold may end that much too early or too late. Nothing is booked twice. Synchronise the clocks of all computers, for example with NTP.`;
}
