import type { JournalEntry } from "@slotwright/core";
import type { SqlConnection } from "@slotwright/lab/engines";

export interface FeedAudit {
  readonly given: number;
  readonly inJournal: number;
  readonly lost: number;
  readonly repeated: number;
  readonly disordered: number;
}

/** Notes in little memory what a reader was given, and compares it with the journal as SQL sees it. */
export function createFeedAudit() {
  /** The latest version of each record, and how many of its entries came. */
  const records = new Map<string, { latest: number; count: number }>();
  let given = 0;
  let repeated = 0;
  let disordered = 0;
  return {
    count: () => given,
    note(entries: readonly JournalEntry[]): void {
      for (const { recordKind, recordId, version } of entries) {
        const name = `${recordKind} ${recordId}`;
        const known = records.get(name) ?? { latest: 0, count: 0 };
        if (version === known.latest) repeated += 1;
        else if (version !== known.latest + 1) disordered += 1;
        records.set(name, { latest: Math.max(known.latest, version), count: known.count + 1 });
        given += 1;
      }
    },
    async compare(connection: SqlConnection): Promise<FeedAudit> {
      const rows = await connection.query(
        "SELECT record_kind, record_id, count(*) AS entries FROM slotwright_journal GROUP BY record_kind, record_id",
      );
      let lost = 0;
      let inJournal = 0;
      for (const { record_kind, record_id, entries } of rows) {
        inJournal += Number(entries);
        lost += Math.max(Number(entries) - (records.get(`${record_kind} ${record_id}`)?.count ?? 0), 0);
      }
      return { given, inJournal, lost, repeated: repeated + Math.max(given - inJournal, 0), disordered };
    },
  };
}
