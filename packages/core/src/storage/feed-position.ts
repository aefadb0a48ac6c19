import { createHash } from "node:crypto";
import type { JournalEntry } from "../model/journal.ts";
import type { FeedEntry, FeedMark, FeedPosition, FeedRead } from "./adapter.ts";

/**
 * Tells whether an entry is the one that a position was made of. Its time is part of that: a command that is sent again
 * after its entries were lost takes effect anew, and may choose other ids.
 */
export function feedDigest({
  recordKind,
  recordId,
  version,
  commandId,
  at,
}: Pick<JournalEntry, "recordKind" | "recordId" | "version" | "commandId" | "at">): string {
  const name = JSON.stringify([recordKind, recordId, version, commandId, at.getTime()]);
  return createHash("sha256").update(name).digest("base64url").slice(0, 8);
}

/**
 * What a reader at `after` gets of these rows: those that its marks name, wherever they are in the order of the feed, and
 * the first ones beyond the marks, in the order of (seq, partition). A mark whose row is missing fits nothing: a page
 * that ended before it would hand a position of another database entries of this one.
 */
export function feedAfter(after: FeedPosition, rows: readonly FeedEntry[], limit: number): FeedRead {
  const marks = new Map(after.map((mark) => [mark.partition, mark]));
  const fitting = new Set<FeedMark>();
  const entries: FeedEntry[] = [];
  for (const row of rows) {
    const mark = marks.get(row.partition);
    if (mark === undefined || row.seq > mark.seq) entries.push(row);
    else if (row.seq === mark.seq && mark.digest === feedDigest(row.entry)) fitting.add(mark);
  }
  if (!after.every((mark) => fitting.has(mark))) return { status: "reset" };
  const page = entries.slice(0, limit);
  return { status: "read", entries: page, position: positionAfter(after, page) };
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
