import { mysqlAdapter } from "@slotwright/adapter-mysql";
import { createConnection } from "mysql2/promise";
import type { Connection, DatabaseEngine, Dialect, Row } from "./engine.ts";

async function connect(uri: string): Promise<Connection> {
  const connection = await createConnection({ uri });
  // A server that goes away ends the connection; whatever runs on it tells, and the process need not end.
  connection.on("error", () => {});
  return {
    async query(sql, parameters = []) {
      const [rows] = await connection.query(sql, [...parameters]);
      return Array.isArray(rows) ? (rows as Row[]) : [];
    },
    close: () => connection.end(),
  };
}

const changedValue = "json_extract(j.changes, concat('$.', k.field))";

const dialect: Dialect = {
  listedSlots: `
    SELECT a.id AS appointment, l.place, l.slot
    FROM slotwright_appointments AS a,
      json_table(a.slot_ids, '$[*]' COLUMNS (place FOR ORDINALITY, slot VARCHAR(128) PATH '$')) AS l`,
  // JSON's null would become the text "null". Lists of slots are written with a blank after each comma.
  changedFields: `
    SELECT j.record_id, j.version, k.field, CASE json_type(${changedValue})
      WHEN 'NULL' THEN NULL
      WHEN 'ARRAY' THEN replace(${changedValue}, '", "', '","')
      ELSE json_unquote(${changedValue}) END AS value
    FROM slotwright_journal AS j,
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

interface Member {
  readonly engine: "mysql" | "mariadb";
  readonly title: string;
  readonly variable: string;
}

/** MySQL and MariaDB have one driver, one adapter and, for all that the demo asks of them, one language. */
export function mysqlFamily({ engine, title, variable }: Member): DatabaseEngine {
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
    connect,
    dialect,
  };
}
