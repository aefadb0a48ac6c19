import type { Dialect, Row, SqlConnection } from "../engines/engine.ts";
import { checks, type Invariant, invariants } from "./checks.ts";
import { createAuditTables } from "./tables.ts";
import type { ToldOutcome } from "./told.ts";

export interface AuditFinding {
  readonly invariant: Invariant;
  readonly finding: string;
  readonly rows: readonly Row[];
}

export interface Audit {
  /**
   * What the engine itself reports about its file: pages, indexes. Empty if all is well, undefined if it was not asked.
   */
  readonly file: readonly Row[] | undefined;
  readonly findings: readonly AuditFinding[];
  readonly counts: Row;
}

const counts = `
  SELECT (SELECT count(*) FROM slotwright_slots) AS slots,
    (SELECT count(*) FROM slotwright_appointments) AS appointments,
    (SELECT count(*) FROM slotwright_journal) AS entries,
    (SELECT count(*) FROM slotwright_commands) AS commands`;

/** Reads the database with nothing but SQL, and compares it with what the callers were told. */
export async function audit(connection: SqlConnection, dialect: Dialect, told: readonly ToldOutcome[]): Promise<Audit> {
  await createAuditTables(connection, dialect, told);
  const { integrityChecks } = dialect;
  return {
    file: integrityChecks.length === 0 ? undefined : await rowsOf(connection, integrityChecks),
    findings: await findingsOf(connection),
    counts: (await connection.query(counts))[0] ?? {},
  };
}

export function isClean({ file = [], findings }: Audit): boolean {
  return file.length === 0 && findings.length === 0;
}

export const invariantNumbers = Object.keys(invariants).map(Number) as readonly Invariant[];

async function rowsOf(connection: SqlConnection, queries: readonly string[]): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const sql of queries) rows.push(...(await connection.query(sql)));
  return rows;
}

async function findingsOf(connection: SqlConnection): Promise<readonly AuditFinding[]> {
  const findings: AuditFinding[] = [];
  for (const { sql, ...check } of checks) {
    const rows = await connection.query(sql);
    if (rows.length > 0) findings.push({ ...check, rows });
  }
  return findings;
}
