import type { JournalEntry } from "../../model/journal.ts";
import { subscribeSchema } from "../../model/queries.ts";
import type { SubscribeInput } from "../../model/read-inputs.ts";
import type { Shown } from "../../model/shown.ts";
import type { FeedEntry, FeedPosition } from "../../storage/adapter.ts";
import { positionAfter } from "../../storage/feed-position.ts";
import type { EngineSettings } from "../options.ts";
import { parse } from "../parse.ts";
import { type Changes, endOfFeed, positionOf } from "./changes.ts";
import { feedCursor } from "./feed-cursor.ts";
import { nextBatch, patiently } from "./next-batch.ts";
import { refuseFeedWithin, visibleEntries } from "./visible-entries.ts";

type Part = Changes<Shown<JournalEntry>>;

/** @throws BookingError `invalid_input`, `storage_misused`, at once */
export function subscribe(settings: EngineSettings, input: SubscribeInput): AsyncIterable<Part> {
  refuseFeedWithin(settings, "subscribe");
  const { after, signal, pollMs, gatherMs, ...filter } = parse(subscribeSchema, input);
  const from = after === "end" ? undefined : positionOf(after);
  return { [Symbol.asyncIterator]: () => endable(signal, changesFrom) };

  async function* changesFrom(ended: AbortSignal): AsyncGenerator<Part, undefined> {
    const follower = settings.feedTail.follow(pollMs, gatherMs);
    try {
      let position = from ?? (await patiently(ended, () => endOfFeed(settings)));
      while (position !== undefined && !ended.aborted) {
        const part = await nextBatch(settings, follower, position, ended);
        if (part.length === 0) continue;
        position = follower.meet(movedOn(position, part));
        const entries = await patiently(ended, () => visibleEntries(settings, part, filter));
        if (entries === undefined) break;
        yield { entries, cursor: feedCursor(position) };
      }
    } finally {
      follower.leave();
    }
  }
}

interface Move {
  readonly from: FeedPosition;
  readonly to: FeedPosition;
}

const moves = new WeakMap<readonly FeedEntry[], Move>();

/** Working it out takes a hash for each partition, and many subscribers go on from one position by the same part. */
function movedOn(from: FeedPosition, part: readonly FeedEntry[]): FeedPosition {
  const known = moves.get(part);
  if (known?.from === from) return known.to;
  const to = positionAfter(from, part);
  moves.set(part, { from, to });
  return to;
}

/**
 * Iterates over what is generated until `signal` is aborted. Both the signal and `return` end it at once, whether somebody
 * waits for what comes next or nobody reads any more: a generator alone would end only at the next step.
 */
function endable<Item>(
  signal: AbortSignal | undefined,
  generate: (ended: AbortSignal) => AsyncGenerator<Item, undefined>,
): AsyncIterableIterator<Item, undefined> {
  const ended = new AbortController();
  const items = generated();
  const end = () => {
    ended.abort();
    return items.return(undefined);
  };
  return {
    next: () => items.next(),
    return: end,
    [Symbol.asyncIterator]() {
      return this;
    },
  };

  async function* generated(): AsyncGenerator<Item, undefined> {
    signal?.addEventListener("abort", end);
    if (signal?.aborted) ended.abort();
    try {
      yield* generate(ended.signal);
    } finally {
      signal?.removeEventListener("abort", end);
    }
  }
}
