/** The invariants that every storage keeps after every commit. */
export const invariants = {
  1: "A slot is booked if and only if it has an appointment; held if and only if it has a hold.",
  2: "Slots of one schedule and seat never overlap, except blocked ones.",
  3: "An appointment lies within each of its slots, at the provider and facility of the one it was booked on.",
  4: "An appointment owns a slot if and only if it is confirmed, checked in or completed.",
  5: "Every change has exactly one journal entry, and versions have no gaps.",
  6: "A command takes effect at most once per idempotency key.",
  7: "What was acknowledged is in the database; what was refused left nothing behind; nothing else is there.",
} as const;

export type Invariant = keyof typeof invariants;

export interface AuditCheck {
  readonly invariant: Invariant;
  /** What it means if the query finds rows. */
  readonly finding: string;
  /** Finds the rows that break the invariant, and none if all is well. */
  readonly sql: string;
}

/**
 * Plain SQL that all engines understand, deliberately separate from the library: it finds what the library gets wrong.
 * Besides the database's own tables, it reads the temporary tables of the audit. It reads each at most once per query,
 * because MySQL cannot do more.
 */
export const checks: readonly AuditCheck[] = [
  {
    invariant: 1,
    finding: "booked without an appointment, or not booked with one",
    sql: `
      SELECT id AS slot, status, appointment_id FROM slotwright_slots
      WHERE (status = 'booked') <> (appointment_id IS NOT NULL)`,
  },
  {
    invariant: 1,
    finding: "held without a hold, or not held with one",
    sql: `
      SELECT id AS slot, status, hold_token_hash, hold_expires_at FROM slotwright_slots
      WHERE (status = 'held') <> (hold_token_hash IS NOT NULL) OR (status = 'held') <> (hold_expires_at IS NOT NULL)`,
  },
  {
    invariant: 1,
    finding: "the appointment of the slot is gone",
    sql: `
      SELECT id AS slot, appointment_id FROM slotwright_slots
      WHERE appointment_id IS NOT NULL AND appointment_id NOT IN (SELECT id FROM slotwright_appointments)`,
  },
  {
    invariant: 2,
    finding: "two slots overlap",
    sql: `
      SELECT a.id AS slot, b.id AS other, a.seat FROM slotwright_slots AS a
      JOIN slotwright_slots AS b ON a.schedule_id = b.schedule_id AND a.seat = b.seat AND a.id < b.id
      WHERE a.start_at < b.end_at AND b.start_at < a.end_at AND a.status NOT IN ('blocked', 'withdrawn')
        AND b.status NOT IN ('blocked', 'withdrawn')`,
  },
  {
    invariant: 3,
    finding: "the appointment does not lie within its slot",
    sql: `
      SELECT a.id AS appointment, s.id AS slot FROM slotwright_slots AS s
      JOIN slotwright_appointments AS a ON a.id = s.appointment_id
      WHERE a.start_at < s.start_at OR a.end_at > s.end_at OR a.start_at >= a.end_at`,
  },
  {
    invariant: 3,
    finding: "the appointment is at another provider or facility than its slot",
    sql: `
      SELECT a.id AS appointment, s.id AS slot FROM slotwright_appointments AS a
      JOIN listed AS l ON l.appointment = a.id AND l.position = 1 JOIN slotwright_slots AS s ON s.id = l.slot
      WHERE a.provider_id <> s.provider_id OR a.facility_id <> s.facility_id`,
  },
  {
    invariant: 3,
    finding: "the appointment does not name the provider of one of its slots",
    sql: `
      SELECT s.appointment_id AS appointment, s.provider_id AS provider FROM slotwright_slots AS s
      WHERE s.appointment_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM named AS n WHERE n.appointment = s.appointment_id AND n.provider = s.provider_id)`,
  },
  {
    invariant: 3,
    finding: "a provider that the appointment names does not find it",
    sql: `
      SELECT n.appointment, n.provider FROM named AS n
      JOIN slotwright_appointments AS a ON a.id = n.appointment AND a.provider_id <> n.provider
      LEFT JOIN slotwright_further_providers AS f ON f.id = n.appointment AND f.provider_id = n.provider
        AND f.subject_id = a.subject_id AND f.facility_id = a.facility_id AND f.start_at = a.start_at AND f.status = a.status
      WHERE f.id IS NULL`,
  },
  {
    invariant: 3,
    finding: "a provider finds an appointment that does not name it",
    sql: `
      SELECT id AS appointment, provider_id AS provider FROM slotwright_further_providers
      EXCEPT SELECT n.appointment, n.provider FROM named AS n
        JOIN slotwright_appointments AS a ON a.id = n.appointment AND a.provider_id <> n.provider`,
  },
  {
    invariant: 4,
    finding: "the appointment owns no slot but should, or owns one but should not",
    sql: `
      SELECT id AS appointment, status FROM slotwright_appointments AS a
      WHERE (status IN ('confirmed', 'checked_in', 'completed'))
        <> EXISTS (SELECT 1 FROM slotwright_slots WHERE appointment_id = a.id)`,
  },
  {
    invariant: 4,
    finding: "the appointment lists a slot that does not have it, or does not exist",
    sql: `
      SELECT l.appointment, l.slot, s.appointment_id AS has FROM listed AS l
      LEFT JOIN slotwright_slots AS s ON s.id = l.slot
      WHERE s.appointment_id IS NULL OR s.appointment_id <> l.appointment`,
  },
  {
    invariant: 4,
    finding: "the slot has an appointment that does not list it",
    sql: `
      SELECT s.id AS slot, s.appointment_id FROM slotwright_slots AS s
      WHERE s.appointment_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM listed AS l WHERE l.appointment = s.appointment_id AND l.slot = s.id)`,
  },
  {
    invariant: 5,
    finding: "the journal does not count 1, 2, 3 up to the record's version",
    sql: `
      SELECT r.id AS record, r.version, count(j.version) AS entries, max(j.version) AS newest
      FROM (
        SELECT id, version, 'slot' AS kind FROM slotwright_slots
        UNION ALL SELECT id, version, 'appointment' FROM slotwright_appointments
        UNION ALL SELECT id, version, 'availability' FROM slotwright_availabilities) AS r
      LEFT JOIN slotwright_journal AS j ON j.record_id = r.id AND j.record_kind = r.kind
      GROUP BY r.id, r.version, r.kind
      HAVING count(j.version) <> r.version OR count(j.version) = 0 OR max(j.version) <> r.version OR min(j.version) <> 1`,
  },
  {
    invariant: 5,
    finding: "the journal names a record that does not exist",
    sql: `
      SELECT record_kind, record_id, version FROM slotwright_journal
      WHERE (record_kind = 'slot' AND record_id NOT IN (SELECT id FROM slotwright_slots))
        OR (record_kind = 'appointment' AND record_id NOT IN (SELECT id FROM slotwright_appointments))
        OR (record_kind = 'availability' AND record_id NOT IN (SELECT id FROM slotwright_availabilities))`,
  },
  {
    invariant: 5,
    finding: "the journal's states do not follow one another",
    // A hold that expires leaves no entry: from then on, the slot counts as available.
    sql: `
      SELECT * FROM (
        SELECT record_id AS record, version, from_status,
          lag(to_status) OVER (PARTITION BY record_kind, record_id ORDER BY version) AS status_before
        FROM slotwright_journal) AS steps
      WHERE NOT coalesce(from_status = status_before, from_status IS NULL AND status_before IS NULL)
        AND NOT coalesce(from_status = 'available' AND status_before = 'held', FALSE)`,
  },
  {
    invariant: 5,
    finding: "the record differs from its journal",
    sql: `
      SELECT a.record_id AS record, a.field, l.value AS told, a.value AS actual FROM actual AS a
      LEFT JOIN latest AS l ON l.record_kind = a.record_kind AND l.record_id = a.record_id AND l.field = a.field
      WHERE NOT coalesce(l.value = a.value, l.value IS NULL AND a.value IS NULL)`,
  },
  {
    invariant: 6,
    finding: "one command took effect more than once",
    sql: `
      SELECT command_id, record_kind, record_id, count(*) AS times FROM slotwright_journal
      GROUP BY command_id, record_kind, record_id HAVING count(*) > 1`,
  },
  {
    invariant: 6,
    finding: "one command made several appointments",
    sql: `
      SELECT command_id, count(*) AS appointments FROM slotwright_journal
      WHERE record_kind = 'appointment' AND version = 1
      GROUP BY command_id HAVING count(*) > 1`,
  },
  {
    invariant: 6,
    finding: "a change in the journal whose command is not stored, so a repeat would not be recognised",
    sql: `
      SELECT DISTINCT command_id FROM slotwright_journal
      WHERE command_id NOT IN (SELECT id FROM slotwright_commands)`,
  },
  {
    invariant: 6,
    finding: "one key got different answers",
    sql: `
      SELECT command_id, count(DISTINCT record_id) AS appointments FROM answered
      WHERE record_kind = 'appointment' GROUP BY command_id HAVING count(DISTINCT record_id) > 1`,
  },
  {
    invariant: 7,
    finding: "acknowledged, but the command is not in the database",
    sql: `
      SELECT DISTINCT command_id FROM sent
      WHERE outcome = 'done' AND command_id NOT IN (SELECT id FROM slotwright_commands)`,
  },
  {
    invariant: 7,
    finding: "acknowledged, but the change is not in the database",
    // An appointment that is moved may keep a slot. The answer shows it with the version that an earlier command gave
    // it.
    sql: `
      SELECT a.command_id, a.record_id, a.version, a.status FROM answered AS a
      JOIN sent AS s ON s.command_id = a.command_id
      WHERE NOT EXISTS (
        SELECT 1 FROM slotwright_journal AS j
        WHERE j.record_kind = a.record_kind AND j.record_id = a.record_id AND j.version = a.version AND j.to_status = a.status
          AND (j.command_id = a.command_id
            OR (s.command = 'reschedule' AND a.record_kind = 'slot' AND a.status = 'booked')))`,
  },
  {
    invariant: 7,
    finding: "a booking was acknowledged, but its subject has no such appointment",
    sql: `
      SELECT DISTINCT s.command_id, s.actor_id AS subject FROM sent AS s
      JOIN answered AS n ON n.command_id = s.command_id AND n.record_kind = 'appointment'
      WHERE s.command = 'book' AND NOT EXISTS (
        SELECT 1 FROM slotwright_appointments AS a WHERE a.id = n.record_id AND a.subject_id = s.actor_id)`,
  },
  {
    invariant: 7,
    finding: "refused, but something is left behind",
    sql: `
      SELECT command_id, outcome FROM sent
      WHERE outcome NOT IN ('done', 'fault') AND command_id IN (
        SELECT id FROM slotwright_commands UNION ALL SELECT command_id FROM slotwright_journal)`,
  },
  {
    invariant: 7,
    finding: "a change that no caller was told about",
    // The caller who moves an appointment sees its new slots, not those that it left. Nobody is shown what was made for a
    // hold that has ended, when something is put in its place.
    sql: `
      SELECT command_id, record_kind, record_id, version, to_status FROM slotwright_journal
      WHERE NOT (command = 'reschedule' AND to_status IN ('available', 'withdrawn'))
        AND NOT (coalesce(from_status, '') = 'held' AND to_status = 'withdrawn'
          AND command IN ('createSlots', 'publishSlots', 'hold', 'book', 'request', 'offer', 'accept', 'reschedule'))
      EXCEPT SELECT command_id, record_kind, record_id, version, status FROM answered`,
  },
  {
    invariant: 7,
    finding: "a record that no caller was told about",
    sql: `
      SELECT DISTINCT record_kind, record_id FROM slotwright_journal
      EXCEPT SELECT record_kind, record_id FROM answered`,
  },
];
