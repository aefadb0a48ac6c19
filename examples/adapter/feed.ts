import { type FeedQuery, type FeedRead, feedAfter, type JournalEntry, positionAfter } from "@slotwright/core/adapter";
import type { Run } from "./connection.ts";
import type { TableNames } from "./schema.ts";

interface NumberedDocument {
  readonly document: string;
  readonly partition: string;
  readonly seq: string;
}

/**
 * Chooses the partition of the feed for what the transaction is about to write. The lock lasts until the commit can be
 * seen, so nobody takes a number in a partition whose earlier numbers are not seen yet. A partition that another
 * transaction holds is passed over, and not waited for.
 */
export async function takePartition(run: Run, { journal }: TableNames): Promise<number> {
  for (let partition = 0; ; partition += 1) {
    const { rowCount } = await run("select where pg_try_advisory_xact_lock($1::regclass::oid::integer, $2)", [
      journal,
      partition,
    ]);
    if (rowCount === 1) return partition;
  }
}

/** One statement is one moment: it sees no version of a record without the versions before. */
export async function readFeed(run: Run, { journal }: TableNames, { after, limit }: FeedQuery): Promise<FeedRead> {
  if (after === "end") return endOfFeed(run, journal);
  const marks = after ?? [];
  const places = [marks.map(({ partition }) => partition), marks.map(({ seq }) => seq)];
  // First the entries of the marks themselves, which show whether the position still fits.
  const { rows } = await run<NumberedDocument>(
    `select document, partition, seq from ${journal}
     left join unnest($1::integer[], $2::bigint[]) as mark (partition, last) using (partition)
     where last is null or seq >= last order by seq is distinct from last, seq limit $3`,
    [...places, limit + marks.length],
  );
  return feedAfter(marks, rows.map(numbered), limit);
}

async function endOfFeed(run: Run, journal: string): Promise<FeedRead> {
  const { rows } = await run<NumberedDocument>(
    `select distinct on (partition) document, partition, seq from ${journal} order by partition, seq desc`,
  );
  return { status: "read", entries: [], position: positionAfter([], rows.map(numbered)) };
}

function numbered({ document, partition, seq }: NumberedDocument) {
  return { partition: Number(partition), seq: Number(seq), entry: entryFrom(document) };
}

export function entryFrom(document: string): JournalEntry {
  const entry = JSON.parse(document) as JournalEntry;
  return { ...entry, at: new Date(entry.at) };
}
