import { postgresAdapter } from "@slotwright/adapter-postgres";
import { Client, type CustomTypesConfig, Pool, types } from "pg";
import type { Administration } from "./administration.ts";
import { type DatabaseEngine, type Dialect, namedChanges, type SqlConnection } from "./engine.ts";
import { changedResult, gatedCalls, gatedMethods } from "./gate.ts";
import { takeAllOf, watchErrors } from "./host-pool.ts";

/** The driver returns 64-bit integers as text; all of the demo's fit into a number. */
const numbers: CustomTypesConfig = {
  getTypeParser: (type, format) => (type === types.builtins.INT8 ? Number : types.getTypeParser(type, format)),
};

async function connect(connectionString: string): Promise<SqlConnection> {
  const client = new Client({ connectionString, types: numbers });
  // A server that goes away ends the connection. The statement that runs on it reports this, so the process need not
  // end.
  client.on("error", () => {});
  await client.connect();
  return {
    query: async (sql, parameters = []) => (await client.query(numbered(sql), [...parameters])).rows,
    close: () => client.end(),
  };
}

/** `?, ?` as `$1, $2`. */
function numbered(sql: string): string {
  let number = 0;
  return sql.replaceAll("?", () => `$${++number}`);
}

const place = (index?: number) => (index === undefined ? "{to}" : `{to,${index}}`);
const changes = namedChanges("json_build_object", (index) => `j.changes::json #> '${place(index)}'`, "j.changes::json");

const dialect: Dialect = {
  listedSlots: `
    SELECT a.id AS appointment, l.position, l.slot
    FROM slotwright_appointments AS a, json_array_elements_text(a.slot_ids::json) WITH ORDINALITY AS l (slot, position)`,
  namedProviders: `
    SELECT a.id AS appointment, n.provider
    FROM slotwright_appointments AS a,
      json_array_elements_text(coalesce(a.provider_ids::json, json_build_array(a.provider_id))) AS n (provider)`,
  // Not jsonb, which would write lists in a format of its own.
  changedFields: `
    SELECT j.record_kind, j.record_id, j.version, c.field, c.change ->> 'to'
    FROM slotwright_journal AS j, json_each(${changes}) AS c (field, change)`,
  instant: (column) => `to_char(to_timestamp(${column} / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
  integrityChecks: [],
  guardRemovals: `
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS statement
    FROM pg_constraint WHERE contype IN ('c', 'f', 'x') AND connamespace = current_schema()::regnamespace
    UNION ALL SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass) FROM pg_trigger WHERE NOT tgisinternal`,
};

const others = "datname = current_database() AND pid <> pg_backend_pid()";

const administration: Administration = {
  writerUrl: async (_, url) => url,
  endsIdleOnly: false,
  async terminateOthers(connection) {
    const ended = await connection.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${others}`);
    return ended.length;
  },
  async setReadOnly(connection, isReadOnly) {
    await connection.query(`ALTER SYSTEM SET default_transaction_read_only = ${isReadOnly ? "on" : "off"}`);
    await connection.query("SELECT pg_reload_conf()");
  },
  holdCommits: "LOCK TABLE slotwright_commands IN SHARE MODE",
  refusingTrigger: {
    add: [
      `CREATE FUNCTION refuse_some() RETURNS trigger LANGUAGE plpgsql AS
        $$BEGIN IF right(new.subject_id, 1) IN ('1', '3', '5', '7', '9') THEN RAISE EXCEPTION 'not this one'; END IF; RETURN new; END$$`,
      "CREATE TRIGGER refuse_some BEFORE INSERT ON slotwright_appointments FOR EACH ROW EXECUTE FUNCTION refuse_some()",
    ],
    remove: ["DROP TRIGGER refuse_some ON slotwright_appointments", "DROP FUNCTION refuse_some"],
  },
  async setNewSessionsReadOnly(connection, isReadOnly) {
    const [row] = await connection.query("SELECT current_database() AS name");
    const setting = `default_transaction_read_only = ${isReadOnly ? "on" : "off"}`;
    await connection.query(`ALTER DATABASE "${row?.name}" SET ${setting}`);
  },
  // To the microsecond, and the same on each way to it.
  whichServer: "SELECT pg_postmaster_start_time()::text AS server",
  openTransactions: `
    SELECT pid, state, wait_event, query FROM pg_stat_activity
    WHERE ${others} AND (state LIKE 'idle in transaction%' OR wait_event_type = 'Lock')`,
};

const kind = {
  engine: "postgres",
  title: "PostgreSQL",
  variable: "SLOTWRIGHT_POSTGRES_URL",
  look: (url: URL) => `psql "${url}" -c "SELECT * FROM slotwright_journal LIMIT 20"`,
} as const;

export const postgres: DatabaseEngine = {
  title: kind.title,
  async createDatabase(signal) {
    const { createServerDatabase } = await import("./server.ts");
    return createServerDatabase(kind, signal);
  },
  openStorage: (connectionString) => postgresAdapter({ connectionString }),
  openGated: {
    calls: (connectionString, gate) => gatedCalls(postgresAdapter({ connectionString }), gate),
    statements(connectionString, gate) {
      const pool = new Pool({ connectionString });
      const gated = changedResult(pool, "connect", (client) => gatedMethods(client, ["query"], gate));
      return { storage: postgresAdapter({ pool: gated }), close: () => pool.end() };
    },
  },
  openOnHostPool({ address, size, refusesWaiting }) {
    const pool = new Pool({
      connectionString: address,
      max: size,
      ...(refusesWaiting && { connectionTimeoutMillis: 50 }),
    });
    const takeAll = () => takeAllOf(size, () => pool.connect());
    let refused = 0;
    pool.on("connect", (client) => {
      watchErrors(client, ["query"], ({ code }) => {
        if (code === "25006") refused += 1;
      });
    });
    return { storage: postgresAdapter({ pool }), takeAll, refusedAsReadOnly: () => refused, close: () => pool.end() };
  },
  connect,
  dialect,
  administration,
};
