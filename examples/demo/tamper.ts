import Database from "better-sqlite3";
import type { Invariant } from "./audit-checks.ts";

/** How to break each invariant by hand, to see that the audit notices. */
const tamperings: Readonly<Record<Invariant, string>> = {
  1: `UPDATE slotwright_slots SET status = 'available' WHERE id = (SELECT id FROM slotwright_slots WHERE status = 'booked')`,
  2: `UPDATE slotwright_slots SET start_at = start_at - 60000 WHERE id = (
        SELECT b.id FROM slotwright_slots AS a
        JOIN slotwright_slots AS b ON a.schedule_id = b.schedule_id AND a.seat = b.seat AND a.end_at = b.start_at
        WHERE a.status <> 'blocked' AND b.status <> 'blocked')`,
  3: `UPDATE slotwright_appointments SET end_at = end_at + 60000 WHERE id = (
        SELECT id FROM slotwright_appointments WHERE status = 'confirmed')`,
  4: `UPDATE slotwright_appointments SET status = 'cancelled' WHERE id = (
        SELECT id FROM slotwright_appointments WHERE status = 'confirmed')`,
  5: `DELETE FROM slotwright_journal WHERE seq = (SELECT max(seq) FROM slotwright_journal)`,
  6: `INSERT INTO slotwright_journal
        (record_kind, record_id, version, command, command_id, actor_kind, actor_id, at, from_status, to_status, changes)
        SELECT record_kind, record_id, version + 1, command, command_id, actor_kind, actor_id, at, to_status, to_status, '{}'
        FROM slotwright_journal ORDER BY seq DESC LIMIT 1`,
  // A booking vanishes with every trace of it: the file agrees with itself, only the patient knows better.
  7: `CREATE TEMP TABLE lost AS
        SELECT a.id AS appointment, j.record_id AS slot, j.command_id AS command
        FROM slotwright_journal AS j JOIN slotwright_slots AS s ON s.id = j.record_id AND s.version = j.version
        JOIN slotwright_appointments AS a ON a.id = s.appointment_id AND a.version = 1
        WHERE j.command = 'book' AND j.from_status = 'available' LIMIT 1;
      UPDATE slotwright_slots SET status = 'available', appointment_id = NULL, version = version - 1
        WHERE id = (SELECT slot FROM lost);
      DELETE FROM slotwright_appointments WHERE id = (SELECT appointment FROM lost);
      DELETE FROM slotwright_journal WHERE command_id = (SELECT command FROM lost);
      DELETE FROM slotwright_commands WHERE id = (SELECT command FROM lost)`,
};

/** Breaks an invariant in the file. Returns what the file's own guards said before they were taken away. */
export function tamper(file: string, invariant: Invariant): string {
  const database = new Database(file);
  try {
    const refusal = attempt(database, tamperings[invariant]);
    if (refusal === undefined) return "No guard of the file's is about this.";
    takeGuardsAway(database);
    const failure = attempt(database, tamperings[invariant]);
    if (failure !== undefined) throw new Error(`The file could not be tampered with: ${failure}`);
    return `The file's own guards refused it (${refusal}), so they were taken away first.`;
  } finally {
    database.close();
  }
}

/** Returns what stopped it, if anything did. */
function attempt(database: Database.Database, sql: string): string | undefined {
  try {
    database.transaction(() => database.exec(sql))();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function takeGuardsAway(database: Database.Database): void {
  database.pragma("foreign_keys = OFF");
  database.pragma("ignore_check_constraints = ON");
  const triggers = database.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all();
  for (const name of triggers) database.exec(`DROP TRIGGER "${name}"`);
}
