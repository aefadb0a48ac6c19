import { createHash } from "node:crypto";
import type { JournalEntry } from "../model/journal.ts";
import type { FeedEntry, FeedMark, FeedPosition, FeedRead } from "./adapter.ts";

/** Tells whether an entry is the one that a position was made of. */
export function feedDigest({
  recordKind,
  recordId,
  version,
  commandId,
}: Pick<JournalEntry, "recordKind" | "recordId" | "version" | "commandId">): string {
  const name = JSON.stringify([recordKind, recordId, version, commandId]);
  return createHash("sha256").update(name).digest("base64url").slice(0, 8);
}

/**
 * What a reader at `after` gets of these rows: the first ones of the feed in the order of (seq, partition), those that
 * its marks name included. `isCut` says that there may be more rows after the last one.
 */
export function feedAfter(
  after: FeedPosition,
  rows: readonly FeedEntry[],
  { limit, isCut }: { readonly limit: number; readonly isCut: boolean },
): FeedRead {
  const marks = new Map(after.map((mark) => [mark.partition, mark]));
  const last = rows.at(-1);
  const fitting = new Set<FeedMark>();
  const entries: FeedEntry[] = [];
  for (const row of rows) {
    const mark = marks.get(row.partition);
    if (mark === undefined || row.seq > mark.seq) entries.push(row);
    else if (row.seq === mark.seq && mark.digest === feedDigest(row.entry)) fitting.add(mark);
  }
  // The row of a mark beyond the cut is looked at when its turn comes.
  const isOut = (mark: FeedMark) => isCut && last !== undefined && comparePlaces(last, mark) < 0;
  if (!after.every((mark) => fitting.has(mark) || isOut(mark))) return { status: "reset" };
  const page = entries.slice(0, limit);
  return { status: "read", entries: page, position: positionAfter(after, page) };
}

type Place = Pick<FeedEntry, "partition" | "seq">;

/** The order of the feed. A record's next version always has a higher number, whatever its partition. */
export function comparePlaces(one: Place, other: Place): number {
  return one.seq - other.seq || one.partition - other.partition;
}

/** The position of a reader that has had these entries as well. */
export function positionAfter(after: FeedPosition, entries: readonly FeedEntry[]): FeedPosition {
  const last = new Map(entries.map((entry) => [entry.partition, entry]));
  const moved = [...last.values()].map(
    ({ partition, seq, entry }): FeedMark => ({ partition, seq, digest: feedDigest(entry) }),
  );
  const kept = after.filter(({ partition }) => !last.has(partition));
  return [...kept, ...moved].sort((one, other) => one.partition - other.partition);
}
