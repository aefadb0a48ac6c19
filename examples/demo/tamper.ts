import type { Invariant } from "@slotwright/lab/audit";
import type { DatabaseEngine, Row, SqlConnection } from "@slotwright/lab/engines";

/** How to break an invariant by hand, to see that the audit notices. */
interface Tampering {
  /** Selects one row. It is a query of its own, because MySQL does not change a table that the same statement reads. */
  readonly find: string;
  /** Statements with one `?` each, and the column of that row which replaces it. */
  readonly change: readonly (readonly [sql: string, column: string])[];
}

const tamperings: Readonly<Record<Invariant, Tampering>> = {
  1: {
    find: "SELECT id FROM slotwright_slots WHERE status = 'booked' LIMIT 1",
    change: [["UPDATE slotwright_slots SET status = 'available' WHERE id = ?", "id"]],
  },
  2: {
    find: `
      SELECT b.id FROM slotwright_slots AS a
      JOIN slotwright_slots AS b ON a.schedule_id = b.schedule_id AND a.seat = b.seat AND a.end_at = b.start_at
      WHERE a.status <> 'blocked' AND b.status <> 'blocked' LIMIT 1`,
    change: [["UPDATE slotwright_slots SET start_at = start_at - 60000 WHERE id = ?", "id"]],
  },
  3: {
    find: "SELECT id FROM slotwright_appointments WHERE status = 'confirmed' LIMIT 1",
    change: [["UPDATE slotwright_appointments SET end_at = end_at + 60000 WHERE id = ?", "id"]],
  },
  4: {
    find: "SELECT id FROM slotwright_appointments WHERE status = 'confirmed' LIMIT 1",
    change: [["UPDATE slotwright_appointments SET status = 'cancelled' WHERE id = ?", "id"]],
  },
  5: {
    find: "SELECT max(seq) AS seq FROM slotwright_journal",
    change: [["DELETE FROM slotwright_journal WHERE seq = ?", "seq"]],
  },
  6: {
    find: "SELECT max(seq) AS seq FROM slotwright_journal",
    change: [
      [
        `INSERT INTO slotwright_journal (
          record_kind, record_id, place, version, command, command_id, actor_kind, actor_id, at,
          from_status, to_status, changes)
        SELECT
          record_kind, record_id, place, version + 1, command, command_id, actor_kind, actor_id, at, to_status, to_status, '{}'
        FROM slotwright_journal WHERE seq = ?`,
        "seq",
      ],
    ],
  },
  // A booking vanishes with every trace of it. The database is consistent; only the patient knows better.
  7: {
    find: `
      SELECT a.id AS appointment, j.record_id AS slot, j.command_id AS command
      FROM slotwright_journal AS j
      JOIN slotwright_slots AS s ON j.record_kind = 'slot' AND s.id = j.record_id AND s.version = j.version
      JOIN slotwright_appointments AS a ON a.id = s.appointment_id AND a.version = 1
      WHERE j.command = 'book' AND j.from_status = 'available' LIMIT 1`,
    change: [
      [
        "UPDATE slotwright_slots SET status = 'available', appointment_id = NULL, version = version - 1 WHERE id = ?",
        "slot",
      ],
      ["DELETE FROM slotwright_appointments WHERE id = ?", "appointment"],
      ["DELETE FROM slotwright_journal WHERE command_id = ?", "command"],
      ["DELETE FROM slotwright_commands WHERE id = ?", "command"],
    ],
  },
};

/** Breaks an invariant in the database. Returns what its own guards answered before they were removed. */
export async function tamper(
  connection: SqlConnection,
  { title, dialect }: DatabaseEngine,
  invariant: Invariant,
): Promise<string> {
  const refusal = await attempt(connection, tamperings[invariant]);
  if (refusal === undefined) return "No guard of the database covers this.";
  for (const { statement } of await connection.query(dialect.guardRemovals)) await connection.query(String(statement));
  const failure = await attempt(connection, tamperings[invariant]);
  if (failure !== undefined) throw new Error(`The database could not be tampered with: ${failure}`);
  return `The guards in ${title} refused it (${refusal}), so they were taken away first.`;
}

/** Returns what stopped it, if anything did. */
async function attempt(connection: SqlConnection, { find, change }: Tampering): Promise<string | undefined> {
  const [row] = await connection.query(find);
  if (row === undefined) throw new Error("There is nothing in the database to tamper with.");
  await connection.query("BEGIN");
  try {
    for (const [sql, column] of change) await connection.query(sql, [valueIn(row, column)]);
    await connection.query("COMMIT");
    return undefined;
  } catch (error) {
    await connection.query("ROLLBACK");
    return error instanceof Error ? error.message : String(error);
  }
}

function valueIn(row: Row, column: string): string | number {
  const value = row[column];
  if (value === null || value === undefined) throw new Error(`There is no ${column} in the row to tamper with.`);
  return value;
}
