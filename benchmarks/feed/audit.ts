import type { SqlConnection } from "@slotwright/lab/engines";
import { createFeedTally, entriesIn, entryCounts, type FeedFlaws } from "@slotwright/lab/feed-tally";

export interface FeedAudit extends FeedFlaws {
  readonly given: number;
  readonly inJournal: number;
}

/** Notes what a reader was given, and compares it with the journal. */
export function createFeedAudit() {
  const { count, note, flaws } = createFeedTally();
  return {
    count,
    note,
    async compare(connection: SqlConnection): Promise<FeedAudit> {
      const journal = await entryCounts(connection);
      return { given: count(), inJournal: entriesIn(journal), ...flaws(journal) };
    },
  };
}
