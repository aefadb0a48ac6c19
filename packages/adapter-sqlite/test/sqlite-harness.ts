import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rawRow, tableNameOf } from "@slotwright/adapter-sql/conformance";
import type { ConformanceStore, Corruption } from "@slotwright/conformance";
import type { StoredRecord } from "@slotwright/core/adapter";
import Database from "better-sqlite3";
import { type SqliteDatabase, sqliteAdapter } from "../src/index.ts";

export interface SqliteStore extends ConformanceStore<SqliteDatabase> {
  readonly filename: string;
}

/** A fresh, migrated database file in a folder of its own. */
export async function openSqliteStore(): Promise<SqliteStore> {
  const folder = await mkdtemp(join(tmpdir(), "slotwright-"));
  const filename = join(folder, "bookings.sqlite");
  const storage = sqliteAdapter({ filename });
  const second = sqliteAdapter({ filename });
  await storage.migrate();
  const hosts: Database.Database[] = [];
  return {
    storage,
    second,
    filename,
    corrupt: async (rows) => corruptFile(filename, rows),
    beginHostTransaction: async () => {
      const transaction = new Database(filename, { timeout: 0 });
      hosts.push(transaction);
      transaction.exec("begin immediate");
      return {
        transaction,
        commit: async () => endTransaction(transaction, "commit"),
        rollback: async () => endTransaction(transaction, "rollback"),
      };
    },
    close: async () => {
      for (const host of hosts) host.close();
      await Promise.all([storage.close(), second.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function endTransaction(transaction: Database.Database, how: "commit" | "rollback"): void {
  transaction.exec(how);
  transaction.close();
}

function corruptFile(filename: string, { put = [], remove = [] }: Corruption): void {
  withGuardsOff(filename, (database) => {
    for (const record of put) putRow(database, record);
    for (const { kind, id } of remove) database.prepare(`delete from ${tableNameOf[kind]} where id = ?`).run(id);
  });
}

function withGuardsOff(filename: string, work: (database: Database.Database) => void): void {
  const database = new Database(filename);
  database.pragma("foreign_keys = off");
  database.pragma("ignore_check_constraints = on");
  database.exec("begin immediate");
  const triggers = database.prepare("select name, sql from sqlite_schema where type = 'trigger'").all() as {
    name: string;
    sql: string;
  }[];
  for (const { name } of triggers) database.exec(`drop trigger "${name}"`);
  work(database);
  for (const { sql } of triggers) database.exec(sql);
  database.exec("commit");
  database.close();
}

function putRow(database: Database.Database, record: StoredRecord): void {
  const row = rawRow(record);
  const columns = Object.keys(row);
  const places = columns.map((column) => `@${column}`);
  const table = tableNameOf[record.kind];
  database.prepare(`insert or replace into ${table} (${columns.join(", ")}) values (${places.join(", ")})`).run(row);
}
