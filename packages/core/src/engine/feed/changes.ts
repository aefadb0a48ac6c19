import { BookingError } from "../../errors/index.ts";
import type { JournalEntry } from "../../model/journal.ts";
import { changesSchema } from "../../model/queries.ts";
import type { ChangesInput } from "../../model/read-inputs.ts";
import type { Shown } from "../../model/shown.ts";
import type { FeedPosition, FeedQuery, FeedRead } from "../../storage/adapter.ts";
import type { EngineSettings } from "../options.ts";
import { parse } from "../parse.ts";
import { retryReads } from "../retry.ts";
import { feedCursor, parseFeedCursor } from "./feed-cursor.ts";
import { refuseFeedWithin, visibleEntries } from "./visible-entries.ts";

/** A part of the feed. */
export interface Changes<Entry = JournalEntry> {
  /** The entries, those of each record in the order of its versions. */
  readonly entries: readonly Entry[];
  /** Where the reader stands now: the next `after`. It has moved past entries that are left out, too. */
  readonly cursor: string;
}

/** What `changes` returns. */
export interface ChangesPage<Entry = JournalEntry> extends Changes<Entry> {
  /** Whether these were all changes that were there. */
  readonly isEnd: boolean;
}

/** What one call reads at most before it returns a page that is not full. */
const mostReads = 10;

/** @throws BookingError `feed_reset` */
export async function changes(
  settings: EngineSettings,
  input: ChangesInput,
): Promise<ChangesPage<Shown<JournalEntry>>> {
  refuseFeedWithin(settings, "changes");
  const { after, limit, ...filter } = parse(changesSchema, input);
  if (after === "end") return { entries: [], cursor: feedCursor(await endOfFeed(settings)), isEnd: true };
  let position = positionOf(after);
  const entries: Shown<JournalEntry>[] = [];
  for (let reads = 1; ; reads++) {
    const wanted = limit - entries.length;
    const read = await readFeed(settings, { after: position, limit: wanted });
    position = read.position;
    entries.push(...(await visibleEntries(settings, read.entries, filter)));
    const isEnd = read.entries.length < wanted;
    if (isEnd || entries.length === limit || reads === mostReads) {
      return { entries, cursor: feedCursor(position), isEnd };
    }
  }
}

/** @throws BookingError `invalid_input` */
export function positionOf(after: string | null | undefined): FeedPosition {
  return after === undefined || after === null ? [] : parseFeedCursor(after);
}

export async function endOfFeed(settings: EngineSettings): Promise<FeedPosition> {
  return (await readFeed(settings, { after: "end", limit: 1 })).position;
}

/** @throws BookingError `feed_reset` */
export async function readFeed(
  settings: EngineSettings,
  query: FeedQuery,
): Promise<Extract<FeedRead, { status: "read" }>> {
  const read = await retryReads(settings, (until) => settings.storage.readFeed(query, until));
  if (read.status === "reset") throw new BookingError("feed_reset", {});
  return read;
}
