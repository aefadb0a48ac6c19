import { type FeedEntry, type FeedPosition, type FeedRead, feedAfter, positionAfter } from "@slotwright/core/adapter";
import { columnNames, type JournalRow } from "./catalogue.ts";
import { rowToJournal } from "./rows.ts";

/** A journal row with its place in the feed. */
export type FeedRow = JournalRow & { readonly feed_partition: number; readonly seq: number };

export const feedColumns = ["feed_partition", "seq", ...columnNames.journal] as const;

/** What the contract returns for the rows that the marks name, and the first ones beyond them. */
export function feedOf(marks: FeedPosition, rows: readonly FeedRow[], limit: number): FeedRead {
  return feedAfter(marks, rows.map(rowToNumbered), limit);
}

/** The position after these rows, the last of each partition. */
export function endPosition(rows: readonly FeedRow[]): FeedRead {
  return { status: "read", entries: [], position: positionAfter([], rows.map(rowToNumbered)) };
}

function rowToNumbered(row: FeedRow): FeedEntry {
  return { partition: row.feed_partition, seq: row.seq, entry: rowToJournal(row) };
}
