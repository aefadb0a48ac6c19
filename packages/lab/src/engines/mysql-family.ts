import { mysqlAdapter } from "@slotwright/adapter-mysql";
import { createConnection, createPool } from "mysql2/promise";
import type { Administration } from "./administration.ts";
import { type DatabaseEngine, type Dialect, namedChanges, type Row, type SqlConnection } from "./engine.ts";
import { changedResult, gatedCalls, gatedMethods } from "./gate.ts";
import { takeAllOf, watchErrors } from "./host-pool.ts";

async function connect(uri: string): Promise<SqlConnection> {
  const connection = await createConnection({ uri });
  // A server that goes away ends the connection. The statement that runs on it reports this, so the process need not
  // end.
  connection.on("error", () => {});
  return {
    async query(sql, parameters = []) {
      const [rows] = await connection.query(sql, [...parameters]);
      return Array.isArray(rows) ? (rows as Row[]) : [];
    },
    close: () => connection.end(),
  };
}

const place = (index?: number) => (index === undefined ? "$.to" : `$.to[${index}]`);
// MySQL does not mix the text of a column and that of a JSON function without being told how to compare.
const asJson = "j.changes collate utf8mb4_bin";
const changes = namedChanges("json_object", (index) => `json_extract(j.changes, '${place(index)}')`, asJson);

const changedValue = "json_extract(j.changes, concat('$.', k.field, '.to'))";

const dialect: Dialect = {
  listedSlots: `
    SELECT a.id AS appointment, l.position, l.slot
    FROM slotwright_appointments AS a,
      json_table(a.slot_ids, '$[*]' COLUMNS (position FOR ORDINALITY, slot VARCHAR(128) PATH '$')) AS l`,
  namedProviders: `
    SELECT a.id AS appointment, n.provider
    FROM slotwright_appointments AS a,
      json_table(coalesce(a.provider_ids, concat('["', a.provider_id, '"]')), '$[*]' COLUMNS (provider VARCHAR(128) PATH '$')) AS n`,
  // JSON's null would become the text "null". Lists of slots are written with a space after each comma.
  changedFields: `
    SELECT j.record_kind, j.record_id, j.version, k.field, CASE json_type(${changedValue})
      WHEN 'NULL' THEN NULL
      WHEN 'ARRAY' THEN replace(${changedValue}, '", "', '","')
      ELSE json_unquote(${changedValue}) END AS value
    FROM (SELECT record_kind, record_id, version, ${changes} AS changes FROM slotwright_journal AS j) AS j,
      json_table(json_keys(j.changes), '$[*]' COLUMNS (field VARCHAR(128) PATH '$')) AS k`,
  instant: (column) =>
    `concat(left(date_format(timestampadd(MICROSECOND, ${column} * 1000, '1970-01-01'), '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z')`,
  integrityChecks: [],
  guardRemovals: `
    SELECT concat('ALTER TABLE ', table_name, ' DROP CONSTRAINT ', constraint_name) AS statement
    FROM information_schema.table_constraints
    WHERE constraint_schema = database() AND constraint_type IN ('CHECK', 'FOREIGN KEY')
    UNION ALL SELECT concat('DROP TRIGGER ', trigger_name)
    FROM information_schema.triggers WHERE trigger_schema = database()`,
};

interface FamilyMember {
  readonly engine: "mysql" | "mariadb";
  readonly title: string;
  readonly variable: string;
  readonly endsIdleOnly: boolean;
  /** Turn all writing off, including administrators' writing if the engine can, and on again. */
  readonly readOnly: { readonly on: readonly string[]; readonly off: readonly string[] };
}

const writer = { user: "slotwright_writer", password: "w-1" };

function administrationOf({ endsIdleOnly, readOnly }: FamilyMember): Administration {
  return {
    endsIdleOnly,
    async writerUrl(connection, url) {
      const database = new URL(url).pathname.slice(1);
      await connection.query(`CREATE USER IF NOT EXISTS '${writer.user}'@'%' IDENTIFIED BY '${writer.password}'`);
      const granted = `GRANT SELECT, INSERT, UPDATE, EXECUTE ON \`${database}\`.*`;
      await connection.query(`${granted} TO '${writer.user}'@'%'`);
      return Object.assign(new URL(url), { username: writer.user, password: writer.password }).href;
    },
    async terminateOthers(connection) {
      const others = await connection.query(
        `SELECT id FROM information_schema.processlist
        WHERE id <> connection_id() AND db = database() AND ${endsIdleOnly ? "command = 'Sleep'" : "true"}`,
      );
      let ended = 0;
      for (const { id } of others) {
        // One that has ended by itself in the meantime cannot be ended again.
        ended += await connection.query(`KILL ${id}`).then(
          () => 1,
          () => 0,
        );
      }
      return ended;
    },
    async setReadOnly(connection, isReadOnly) {
      for (const sql of isReadOnly ? readOnly.on : readOnly.off) await connection.query(sql);
    },
    // All of the index, and the gap behind it, into which every new command goes.
    holdCommits: "SELECT id FROM slotwright_commands FOR UPDATE",
    refusingTrigger: {
      add: [
        `CREATE TRIGGER refuse_some BEFORE INSERT ON slotwright_appointments FOR EACH ROW
          IF right(new.subject_id, 1) IN ('1', '3', '5', '7', '9') THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not this one'; END IF`,
      ],
      remove: ["DROP TRIGGER refuse_some"],
    },
    async setNewSessionsReadOnly(connection, isReadOnly) {
      await connection.query(`SET GLOBAL TRANSACTION READ ${isReadOnly ? "ONLY" : "WRITE"}`);
    },
    whichServer: "SELECT concat_ws(' ', @@hostname, @@port, @@datadir, @@server_id) AS server",
    openTransactions: `
      SELECT trx_mysql_thread_id AS thread, trx_state AS state, trx_query AS query FROM information_schema.innodb_trx
      WHERE trx_mysql_thread_id <> connection_id()`,
  };
}

/** MySQL and MariaDB have one driver, one adapter and, as far as the demo is concerned, one language. */
export function mysqlFamily(member: FamilyMember): DatabaseEngine {
  const { engine, title, variable } = member;
  const look = ({ hostname, port, username, pathname }: URL) =>
    `${engine} --host=${hostname} --port=${port || 3306} --user=${username} --password ${pathname.slice(1)}` +
    ` --execute="SELECT * FROM slotwright_journal LIMIT 20"`;
  return {
    title,
    async createDatabase(signal) {
      const { createServerDatabase } = await import("./server.ts");
      return createServerDatabase({ engine, title, variable, look }, signal);
    },
    openStorage: (uri) => mysqlAdapter({ uri }),
    openGated: {
      calls: (uri, gate) => gatedCalls(mysqlAdapter({ uri }), gate),
      statements(uri, gate) {
        const pool = createPool({ uri });
        const gated = changedResult(pool, "getConnection", (one) => gatedMethods(one, ["execute", "query"], gate));
        return { storage: mysqlAdapter({ pool: gated }), close: () => pool.end() };
      },
    },
    openOnHostPool({ address, size, refusesWaiting }) {
      const pool = createPool({ uri: address, connectionLimit: size, waitForConnections: !refusesWaiting });
      const takeAll = () => takeAllOf(size, () => pool.getConnection());
      let refused = 0;
      pool.pool.on("connection", (connection) => {
        watchErrors(connection, ["execute", "query"], ({ errno }) => {
          if (errno === 1792) refused += 1;
        });
      });
      return { storage: mysqlAdapter({ pool }), takeAll, refusedAsReadOnly: () => refused, close: () => pool.end() };
    },
    connect,
    dialect,
    administration: administrationOf(member),
  };
}
