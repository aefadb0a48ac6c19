import type { JournalEntry } from "@slotwright/core";
import type { SqlConnection } from "./engines/index.ts";

/** How many entries of each record there are, by kind and id, such as `slot 4711`. */
export type EntryCounts = ReadonlyMap<string, number>;

export interface FeedFlaws {
  readonly lost: number;
  readonly repeated: number;
  readonly disordered: number;
}

/** The entries of the journal, as SQL sees them. */
export async function entryCounts(connection: SqlConnection): Promise<EntryCounts> {
  const rows = await connection.query(
    "SELECT record_kind, record_id, count(*) AS entries FROM slotwright_journal GROUP BY record_kind, record_id",
  );
  return new Map(rows.map((row) => [`${row.record_kind} ${row.record_id}`, Number(row.entries)]));
}

export function entriesIn(counts: EntryCounts): number {
  return [...counts.values()].reduce((sum, entries) => sum + entries, 0);
}

/** Notes in little memory what a reader of the feed was given, and compares it with what the journal has. */
export function createFeedTally() {
  const records = new Map<string, { latest: number; count: number }>();
  let given = 0;
  let repeated = 0;
  let disordered = 0;
  return {
    count: () => given,
    note(entries: readonly JournalEntry[]): void {
      for (const { recordKind, recordId, version } of entries) {
        const name = `${recordKind} ${recordId}`;
        const { latest, count } = records.get(name) ?? { latest: 0, count: 0 };
        if (version === latest) repeated += 1;
        else if (version !== latest + 1) disordered += 1;
        records.set(name, { latest: Math.max(latest, version), count: count + 1 });
        given += 1;
      }
    },
    flaws(journal: EntryCounts): FeedFlaws {
      let lost = 0;
      for (const [name, entries] of journal) lost += Math.max(entries - (records.get(name)?.count ?? 0), 0);
      return { lost, repeated: repeated + Math.max(given - entriesIn(journal), 0), disordered };
    },
  };
}
