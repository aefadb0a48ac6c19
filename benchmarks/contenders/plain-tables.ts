/** What differs between the plain tables of the engines. */
export interface PlainTypes {
  readonly id: string;
  readonly text: string;
  readonly instant: string;
  /** A primary key that the database numbers. */
  readonly serial: string;
}

/**
 * The tables of an application that keeps bookings by itself: no guards except keys, and an audit row for each change.
 */
export function plainTables({ id, text, instant, serial }: PlainTypes): readonly string[] {
  return [
    `CREATE TABLE providers (id ${text} PRIMARY KEY)`,
    `CREATE TABLE slots (id ${id} PRIMARY KEY, provider_id ${text} NOT NULL REFERENCES providers (id),
      facility_id ${text} NOT NULL, start_at ${instant} NOT NULL, end_at ${instant} NOT NULL, status ${text} NOT NULL,
      appointment_id ${id}, updated_at ${instant} NOT NULL)`,
    "CREATE INDEX slots_by_provider ON slots (provider_id, start_at)",
    `CREATE TABLE appointments (id ${id} PRIMARY KEY, slot_id ${id} NOT NULL REFERENCES slots (id),
      subject_id ${text} NOT NULL, provider_id ${text} NOT NULL, facility_id ${text} NOT NULL,
      start_at ${instant} NOT NULL, end_at ${instant} NOT NULL, status ${text} NOT NULL, created_at ${instant} NOT NULL)`,
    `CREATE TABLE audit (id ${serial}, slot_id ${id} NOT NULL, appointment_id ${id}, actor ${text} NOT NULL,
      action ${text} NOT NULL, at ${instant} NOT NULL)`,
    "CREATE INDEX audit_by_slot ON audit (slot_id, id)",
  ];
}

export const plainTally = `
  SELECT (SELECT count(*) FROM appointments) AS appointments,
    (SELECT count(*) FROM slots WHERE status = 'booked') AS booked_slots`;

/** Rows that one INSERT adds: far from every engine's limit of parameters. */
export const rowsPerInsert = 500;

export const columns = {
  slots: ["id", "provider_id", "facility_id", "start_at", "end_at", "status", "updated_at"],
  audit: ["slot_id", "actor", "action", "at"],
} as const;

/** The statements, in which `?` stands for each parameter. */
export const plainSql = {
  readSlot: "SELECT * FROM slots WHERE id = ?",
  lockSlot: "SELECT * FROM slots WHERE id = ? FOR UPDATE",
  addAppointment: `INSERT INTO appointments (id, slot_id, subject_id, provider_id, facility_id, start_at, end_at, status,
    created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'confirmed', ?)`,
  takeSlot: "UPDATE slots SET status = 'booked', appointment_id = ?, updated_at = ? WHERE id = ?",
  addAudit: "INSERT INTO audit (slot_id, appointment_id, actor, action, at) VALUES (?, ?, 'bench', 'book', ?)",
  addProvider: "INSERT INTO providers (id) VALUES (?)",
  lockProvider: "SELECT id FROM providers WHERE id = ? FOR UPDATE",
  findOverlap: "SELECT id FROM slots WHERE provider_id = ? AND start_at < ? AND end_at > ? LIMIT 1",
  history: "SELECT * FROM audit WHERE slot_id = ? ORDER BY id LIMIT 101",
  lastAudit: "SELECT max(id) AS id FROM audit",
  auditAfter: "SELECT * FROM audit WHERE id > ? ORDER BY id LIMIT 500",
} as const;

export type PlainStatement = keyof typeof plainSql;

/** The columns that a screen shows. Plain tables have a status where Slotwright has a version. */
const openColumns = "id, provider_id, facility_id, start_at, end_at, status";

/** What a screen shows of free slots, by an array of ids or a list of them, with or without an end. */
export const openSql = (isOneOf: string, hasEnd: boolean): string =>
  `SELECT ${openColumns} FROM slots WHERE provider_id ${isOneOf}
  AND start_at >= ?${hasEnd ? " AND start_at < ?" : ""} AND status = 'available' ORDER BY start_at, id LIMIT 101`;

/** By an array of ids or a list of them, depending on the engine. */
export const searchSql = (isOneOf: string): string => `SELECT * FROM slots WHERE provider_id ${isOneOf}
  AND start_at >= ? AND start_at < ? AND status = 'available' ORDER BY start_at, id LIMIT 101`;
