import type { StorageAdapter } from "@slotwright/core";
import type { CallOptions, JournalEntry, JournalPage, JournalsQuery } from "@slotwright/core/adapter";

/** A page of one record's journal. */
export async function journalOf(
  storage: Pick<StorageAdapter, "readJournals">,
  { descending = false, ...page }: JournalPage & Pick<JournalsQuery, "descending">,
  call?: CallOptions,
): Promise<readonly JournalEntry[]> {
  const [entries] = await storage.readJournals({ pages: [page], descending }, call);
  return entries ?? [];
}
