import { isBookingError } from "../../errors/index.ts";
import type { JournalEntry } from "../../model/journal.ts";
import { subscribeSchema } from "../../model/queries.ts";
import type { SubscribeInput } from "../../model/read-inputs.ts";
import type { Shown } from "../../model/shown.ts";
import type { FeedEntry, FeedPosition } from "../../storage/adapter.ts";
import { positionAfter } from "../../storage/feed-position.ts";
import type { EngineSettings } from "../options.ts";
import { parse } from "../parse.ts";
import { type Changes, endOfFeed, positionOf, readFeed } from "./changes.ts";
import { feedCursor } from "./feed-cursor.ts";
import { sleep, type TailFollower } from "./feed-tail.ts";
import { refuseFeedWithin, visibleEntries } from "./visible-entries.ts";

/** The most entries that are given at once. */
const batchSize = 500;

/** How long a subscriber waits for a database that is away before it tries again, in milliseconds. */
const pauseMs = 500;

/** @throws BookingError `invalid_input`, `storage_misused`, at once */
export function subscribe(
  settings: EngineSettings,
  input: SubscribeInput,
): AsyncIterable<Changes<Shown<JournalEntry>>> {
  refuseFeedWithin(settings, "subscribe");
  const { after, signal, pollMs, ...filter } = parse(subscribeSchema, input);
  const from = after === "end" ? undefined : positionOf(after);
  return { [Symbol.asyncIterator]: () => changesFrom() };

  async function* changesFrom(): AsyncGenerator<Changes<Shown<JournalEntry>>, undefined> {
    const follower = settings.feedTail.follow(pollMs);
    try {
      let position = from ?? (await patiently(signal, () => endOfFeed(settings)));
      while (position !== undefined && !signal?.aborted) {
        const batch = await nextBatch(settings, follower, position, signal);
        for (let at = 0; at < batch.length && !signal?.aborted; at += batchSize) {
          const part = batch.slice(at, at + batchSize);
          position = positionAfter(position, part);
          const all = part.map(({ entry }) => entry);
          const entries = await patiently(signal, () => visibleEntries(settings, all, filter));
          if (entries !== undefined) yield { entries, cursor: feedCursor(position) };
        }
      }
    } finally {
      follower.leave();
    }
  }
}

/**
 * What follows the position: from the tail, or from the database if the tail begins later. If nothing does, it waits
 * until there may be something, and is empty.
 * @throws BookingError `feed_reset`
 */
export async function nextBatch(
  settings: EngineSettings,
  follower: TailFollower,
  position: FeedPosition,
  signal: AbortSignal | undefined,
): Promise<readonly FeedEntry[]> {
  const known = follower.beyond(position);
  if (known !== undefined && known.length > 0) return known;
  // Registered before anything is awaited, so that no news is missed.
  const waiting = new AbortController();
  const moved = follower.moved(AbortSignal.any(signal === undefined ? [waiting.signal] : [signal, waiting.signal]));
  try {
    if (known !== undefined) return await moved.then(() => []);
    const read = await patiently(signal, () => readFeed(settings, { after: position, limit: batchSize }));
    if (read !== undefined && read.entries.length > 0) return read.entries;
    // The tail may have begun meanwhile, at this position or after it.
    const begun = follower.beyond(position);
    if (begun !== undefined && begun.length > 0) return begun;
    await moved;
    return [];
  } finally {
    // A subscriber that catches up leaves nothing registered behind.
    waiting.abort();
  }
}

/** Tries again while the database is away. Undefined if the subscription has ended meanwhile. */
async function patiently<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T | undefined> {
  while (!signal?.aborted) {
    try {
      return await work();
    } catch (error) {
      if (!isBookingError(error, "storage_unavailable") && !isBookingError(error, "storage_busy")) throw error;
      await sleep(pauseMs);
    }
  }
  return undefined;
}
