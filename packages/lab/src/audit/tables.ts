import type { Dialect, SqlConnection } from "../engines/engine.ts";
import type { ToldOutcome } from "./told.ts";

/**
 * Temporary tables of one connection. The database's own tables stay unchanged. The temporary columns copy the types of
 * the stored ones, because text that is declared differently would not compare as the stored text does.
 */
const shapes = {
  /** What the callers sent. */
  sent: "command_id, command, actor_id, to_status AS outcome",
  /** The records that the callers were shown. */
  answered: "command_id, record_kind, record_id, version, to_status AS status",
  /** The slots that appointments list. */
  listed: "record_id AS appointment, version AS position, record_id AS slot",
  /** The providers that appointments name. */
  named: "record_id AS appointment, record_id AS provider",
  /** The fields that the journal records. */
  told: "record_kind, record_id, version, command AS field, NULLIF(changes, '') AS value",
  /** The last that it says of each field. */
  latest: "record_kind, record_id, command AS field, NULLIF(changes, '') AS value",
  /** The same fields of the records as they are. */
  actual: "record_kind, record_id, command AS field, NULLIF(changes, '') AS value",
} as const;

type Table = keyof typeof shapes;

/** Stores what the callers were told, and expands JSON into rows, so that the checks can be portable SQL. */
export async function createAuditTables(
  connection: SqlConnection,
  dialect: Dialect,
  told: readonly ToldOutcome[],
): Promise<void> {
  for (const [table, columns] of Object.entries(shapes)) {
    await connection.query(`CREATE TEMPORARY TABLE ${table} AS SELECT ${columns} FROM slotwright_journal WHERE 1 = 0`);
  }
  const shown = told.flatMap(({ commandId, shown }) => shown.map((record) => ({ commandId, ...record })));
  await insert(
    connection,
    "sent",
    told.map(({ commandId, command, actorId, outcome }) => [commandId, command, actorId, outcome]),
  );
  await insert(
    connection,
    "answered",
    shown.map(({ commandId, kind, id, version, status }) => [commandId, kind, id, version, status]),
  );
  await connection.query(`INSERT INTO listed ${dialect.listedSlots}`);
  await connection.query(`INSERT INTO named ${dialect.namedProviders}`);
  await connection.query(`INSERT INTO told ${dialect.changedFields}`);
  // What a command passed is kept with its changes, and is no field of a record.
  await connection.query("DELETE FROM told WHERE field = 'overrides'");
  await connection.query(`INSERT INTO latest ${latestFields}`);
  // Without it, MariaDB compares each field with all others: a minute for some thousand entries.
  await connection.query("CREATE INDEX latest_record ON latest (record_id)");
  await connection.query(`INSERT INTO actual ${actualFields(dialect)}`);
}

const latestFields = `
  SELECT record_kind, record_id, field, value FROM (
    SELECT record_kind, record_id, field, value,
      row_number() OVER (PARTITION BY record_kind, record_id, field ORDER BY version DESC) AS newest
    FROM told) AS ranked
  WHERE newest = 1`;

/** Fewer parameters than any engine allows in one statement. */
const rowsAtOnce = 500;

async function insert(connection: SqlConnection, table: Table, rows: readonly (string | number)[][]): Promise<void> {
  for (let index = 0; index < rows.length; index += rowsAtOnce) {
    const some = rows.slice(index, index + rowsAtOnce);
    const places = some.map((row) => `(${row.map(() => "?").join(", ")})`).join(", ");
    await connection.query(`INSERT INTO ${table} VALUES ${places}`, some.flat());
  }
}

function actualFields({ instant }: Dialect): string {
  const times = [
    ["start", instant("start_at")],
    ["end", instant("end_at")],
  ] as const;
  const fields = {
    slot: [
      ...times,
      ["status", "status"],
      ["seat", "concat(seat, '')"],
      ["scheduleId", "schedule_id"],
      ["providerId", "provider_id"],
      ["facilityId", "facility_id"],
      ["appointmentId", "appointment_id"],
    ],
    appointment: [
      ...times,
      ["status", "status"],
      ["subjectId", "subject_id"],
      ["providerId", "provider_id"],
      ["facilityId", "facility_id"],
      ["slotIds", "slot_ids"],
      ["providerIds", `coalesce(provider_ids, concat('["', provider_id, '"]'))`],
    ],
  } as const;
  return Object.entries(fields)
    .flatMap(([kind, ofKind]) =>
      ofKind.map(([field, sql]) => `SELECT '${kind}', id, '${field}', ${sql} FROM slotwright_${kind}s`),
    )
    .join("\n    UNION ALL ");
}
