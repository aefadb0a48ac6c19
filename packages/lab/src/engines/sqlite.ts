import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import Database from "better-sqlite3";
import {
  type DatabaseEngine,
  type Dialect,
  type FreshDatabase,
  namedChanges,
  type Row,
  type SqlConnection,
} from "./engine.ts";
import { gatedCalls } from "./gate.ts";

async function createDatabase(): Promise<FreshDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "slotwright-demo-"));
  const address = join(folder, "bookings.sqlite");
  const look = `sqlite3 "${address}" ".mode box" "SELECT * FROM slotwright_journal LIMIT 20"`;
  return {
    address,
    shown: address,
    origin: `${versionOfSqlite()} (better-sqlite3)`,
    afterwards: {
      kept: `The file stays. To look at it: ${look}`,
      gone: "The file is removed. Use --keep to keep it and look at it.",
    },
    end: async ({ keep }) => {
      if (!keep) await rm(folder, { recursive: true, force: true });
    },
  };
}

function versionOfSqlite(): string {
  const database = new Database(":memory:");
  const version = database.prepare<[], string>("SELECT sqlite_version()").pluck().get();
  database.close();
  return version ?? "";
}

async function connect(address: string): Promise<SqlConnection> {
  const database = new Database(address);
  return {
    async query(sql, parameters = []) {
      const statement = database.prepare<(string | number)[], Row>(sql);
      if (statement.reader) return statement.all(...parameters);
      statement.run(...parameters);
      return [];
    },
    close: async () => void database.close(),
  };
}

const place = (index?: number) => (index === undefined ? "$.to" : `$.to[${index}]`);
const changes = namedChanges("json_object", (index) => `j.changes -> '${place(index)}'`, "j.changes");

const dialect: Dialect = {
  listedSlots: `
    SELECT a.id AS appointment, l.key + 1 AS position, l.value AS slot
    FROM slotwright_appointments AS a, json_each(a.slot_ids) AS l`,
  namedProviders: `
    SELECT a.id AS appointment, n.value AS provider
    FROM slotwright_appointments AS a, json_each(coalesce(a.provider_ids, json_array(a.provider_id))) AS n`,
  changedFields: `
    SELECT j.record_kind, j.record_id, j.version, c.key AS field, CAST(c.value ->> '$.to' AS TEXT) AS value
    FROM slotwright_journal AS j, json_each(${changes}) AS c`,
  instant: (column) => `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`,
  integrityChecks: [
    "SELECT integrity_check AS problem FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
    'SELECT "table", rowid AS row, parent FROM pragma_foreign_key_check',
  ],
  guardRemovals: `
    SELECT 'PRAGMA foreign_keys = OFF' AS statement
    UNION ALL SELECT 'PRAGMA ignore_check_constraints = ON'
    UNION ALL SELECT 'DROP TRIGGER "' || name || '"' FROM sqlite_schema WHERE type = 'trigger'`,
};

export const sqlite: DatabaseEngine = {
  title: "SQLite",
  createDatabase,
  openStorage: (filename) => sqliteAdapter({ filename }),
  openGated: {
    calls: (filename, gate) => gatedCalls(sqliteAdapter({ filename }), gate),
    // The driver is synchronous: nothing of this process runs between two statements of one call.
    statements: (filename, gate) => gatedCalls(sqliteAdapter({ filename }), gate),
  },
  openOnHostPool: undefined,
  connect,
  dialect,
  administration: undefined,
};
