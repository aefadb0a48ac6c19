import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appointmentToRow, commandToRow, scheduleToRow, slotToRow } from "@slotwright/adapter-sql";
import type { RecordKey, RecordKind, StorageAdapter, StoredRecord } from "@slotwright/core";
import Database from "better-sqlite3";
import { type SqliteDatabase, sqliteAdapter } from "../src/index.ts";

interface HostTransaction {
  readonly transaction: SqliteDatabase;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

export interface SqliteStore {
  readonly storage: StorageAdapter;
  /** On a connection of its own to the same file. */
  readonly second: StorageAdapter;
  readonly filename: string;
  /** Changes rows by hand, with every guard of the database off. */
  corrupt(rows: { readonly put?: readonly StoredRecord[]; readonly remove?: readonly RecordKey[] }): Promise<void>;
  beginHostTransaction(): Promise<HostTransaction>;
  close(): Promise<void>;
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
    storage: storage as StorageAdapter,
    second: second as StorageAdapter,
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

const tables: Readonly<Record<RecordKind, string>> = {
  schedule: "slotwright_schedules",
  slot: "slotwright_slots",
  appointment: "slotwright_appointments",
  command: "slotwright_commands",
};

function corruptFile(
  filename: string,
  { put = [], remove = [] }: { readonly put?: readonly StoredRecord[]; readonly remove?: readonly RecordKey[] },
): void {
  withGuardsOff(filename, (database) => {
    for (const record of put) putRow(database, tables[record.kind], rowOf(record));
    for (const { kind, id } of remove) database.prepare(`delete from ${tables[kind]} where id = ?`).run(id);
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

function rowOf(record: StoredRecord): Readonly<Record<string, unknown>> {
  if (record.kind === "slot") return { ...slotToRow(record) };
  if (record.kind === "appointment") return { ...appointmentToRow(record) };
  if (record.kind === "schedule") return { ...scheduleToRow(record) };
  return { ...commandToRow(record, undefined) };
}

function putRow(database: Database.Database, table: string, row: Readonly<Record<string, unknown>>): void {
  const columns = Object.keys(row);
  const places = columns.map((column) => `@${column}`);
  database.prepare(`insert or replace into ${table} (${columns.join(", ")}) values (${places.join(", ")})`).run(row);
}
