import Database from "better-sqlite3";
import { type Check, checks, type Invariant, invariants } from "./audit-checks.ts";
import type { LedgerEntry } from "./ledger.ts";

export type Row = Readonly<Record<string, string | number | null>>;

export interface Finding {
  readonly invariant: Invariant;
  readonly finding: string;
  readonly rows: readonly Row[];
}

export interface Audit {
  /** What SQLite says about its own file: pages, indexes, foreign keys. Empty if all is well. */
  readonly file: readonly Row[];
  readonly findings: readonly Finding[];
  readonly counts: Row;
}

const counts = `
  SELECT (SELECT count(*) FROM slotwright_slots) AS slots,
    (SELECT count(*) FROM slotwright_appointments) AS appointments,
    (SELECT count(*) FROM slotwright_journal) AS entries,
    (SELECT count(*) FROM slotwright_commands) AS commands`;

/** Reads the file with nothing but SQL, and holds it against what the callers were told. */
export function audit(file: string, ledger: readonly LedgerEntry[]): Audit {
  const database = new Database(file, { readonly: true });
  try {
    tellWhatWasAnswered(database, ledger);
    const rows = (sql: string) => database.prepare<[], Row>(sql).all();
    return {
      file: [
        ...rows("SELECT integrity_check AS problem FROM pragma_integrity_check WHERE integrity_check <> 'ok'"),
        ...rows('SELECT "table", rowid AS row, parent FROM pragma_foreign_key_check'),
      ],
      findings: checks.flatMap(({ sql, ...check }: Check) => {
        const found = rows(sql);
        return found.length === 0 ? [] : [{ ...check, rows: found }];
      }),
      counts: rows(counts)[0] ?? {},
    };
  } finally {
    database.close();
  }
}

export function isClean({ file, findings }: Audit): boolean {
  return file.length === 0 && findings.length === 0;
}

export const invariantNumbers = Object.keys(invariants).map(Number) as readonly Invariant[];

/** Temporary tables live beside the file, which stays as it is. */
function tellWhatWasAnswered(database: Database.Database, ledger: readonly LedgerEntry[]): void {
  database.exec(`
    CREATE TEMP TABLE sent (key TEXT, command TEXT, actor_id TEXT, outcome TEXT);
    CREATE TEMP TABLE answered (key TEXT, kind TEXT, record_id TEXT, version INTEGER, status TEXT)`);
  const sent = database.prepare("INSERT INTO sent VALUES (?, ?, ?, ?)");
  const answered = database.prepare("INSERT INTO answered VALUES (?, ?, ?, ?, ?)");
  database.transaction(() => {
    for (const { key, command, actorId, outcome, shown } of ledger) {
      sent.run(key, command, actorId, outcome);
      for (const { kind, id, version, status } of shown) answered.run(key, kind, id, version, status);
    }
  })();
}
