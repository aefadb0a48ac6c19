import { isBookingError } from "../../errors/index.ts";
import type { FeedEntry, FeedPosition } from "../../storage/adapter.ts";
import { pause } from "../bell.ts";
import type { EngineSettings } from "../options.ts";
import { unlessAborted } from "../unless-aborted.ts";
import { readFeed } from "./changes.ts";
import { batchSize } from "./entry-blocks.ts";
import type { TailFollower } from "./feed-tail.ts";

/** How long a follower waits for a database that is away before it tries again, in milliseconds. */
const pauseMs = 500;

/**
 * What follows the position, `batchSize` entries at most: from the tail, or from the database if the tail begins later. If
 * nothing does, it waits until there may be something, and is empty.
 * @throws BookingError `feed_reset`, and what waiting does not mend
 */
export async function nextBatch(
  settings: EngineSettings,
  follower: TailFollower,
  position: FeedPosition,
  signal: AbortSignal,
): Promise<readonly FeedEntry[]> {
  const known = follower.beyond(position);
  if (known !== undefined && known.length > 0) return known;
  // Noted before anything is awaited, so that no news is missed.
  const moves = follower.moves();
  if (known === undefined) {
    const read = await patiently(signal, () => readFeed(settings, { after: position, limit: batchSize }));
    if (read !== undefined && read.entries.length > 0) return read.entries;
    // The tail may have begun meanwhile, at this position or after it.
    const begun = follower.beyond(position);
    if (begun !== undefined && begun.length > 0) return begun;
    // Of a tail that has begun anew since the read, or without one, it is not known whether the position fits.
    if (read === undefined || begun === undefined) follower.doubt();
  }
  await follower.moved(moves, signal);
  return [];
}

/** Tries again while the database is away. Undefined if the signal is aborted meanwhile, also if a read hangs. */
export async function patiently<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | undefined> {
  while (!signal.aborted) {
    try {
      return await unlessAborted(signal, work);
    } catch (error) {
      if (!isAway(error)) throw error;
      await pause(pauseMs, signal);
    }
  }
  return undefined;
}

/** Whether the database may be back soon. */
export const isAway = (error: unknown): boolean =>
  isBookingError(error, "storage_unavailable") || isBookingError(error, "storage_busy");
