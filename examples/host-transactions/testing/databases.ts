import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestServer } from "@slotwright/test-servers";
import Database from "better-sqlite3";
import { createConnection } from "mysql2/promise";
import { Client } from "pg";

/** A fresh database, and a way to inspect it that does not involve any library under test. */
export interface HostDatabase {
  /** The file, on SQLite. */
  readonly url: string;
  readonly rows: (sql: string) => Promise<readonly unknown[]>;
  readonly drop: () => Promise<void>;
}

export async function sqliteDatabase(): Promise<HostDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "slotwright-host-transactions-"));
  const url = join(folder, "host.sqlite");
  const database = new Database(url);
  return {
    url,
    rows: async (sql) => {
      const statement = database.prepare(sql);
      return statement.reader ? statement.all() : [statement.run()];
    },
    drop: async () => {
      database.close();
      await rm(folder, { recursive: true });
    },
  };
}

export async function postgresDatabase(server: TestServer): Promise<HostDatabase> {
  const { url, drop } = await server.createDatabase();
  const client = new Client({ connectionString: url });
  await client.connect();
  return {
    url,
    rows: async (sql) => (await client.query(sql)).rows,
    drop: async () => {
      await client.end();
      await drop();
    },
  };
}

export async function mysqlDatabase(server: TestServer): Promise<HostDatabase> {
  const { url, drop } = await server.createDatabase();
  const connection = await createConnection(url);
  return {
    url,
    rows: async (sql) => {
      const [rows] = await connection.query(sql);
      return Array.isArray(rows) ? rows : [rows];
    },
    drop: async () => {
      await connection.end();
      await drop();
    },
  };
}
