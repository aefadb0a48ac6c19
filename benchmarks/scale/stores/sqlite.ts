import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import type { StorageAdapter } from "@slotwright/core";
import Database from "better-sqlite3";
import { sqliteArena } from "../../arenas/sqlite.ts";
import type { DataSet } from "../data-set.ts";
import { type LoadingSql, loadingStatements } from "../loading.ts";
import { dropFromCache } from "./page-cache.ts";
import type { Site, Store } from "./store.ts";

export async function sqliteSite(): Promise<Site> {
  const arena = await sqliteArena();
  await arena.close();
  const folder = mkdtempSync(join(tmpdir(), "slotwright-scale-"));
  const stores: FileStore[] = [];
  return {
    facts: arena.facts,
    settings: settingsOf(join(folder, "settings.sqlite")),
    async fill(data) {
      const store = await fillFile(join(folder, `${data.slots}.sqlite`), data);
      stores.push(store);
      return store;
    },
    async chill() {
      for (const { close } of stores) await close();
      const isDone = dropFromCache(stores.map(({ filename }) => filename));
      for (const { reopen } of stores) await reopen();
      return isDone;
    },
    async close() {
      for (const { close } of stores) await close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function settingsOf(filename: string): Site["settings"] {
  const database = new Database(filename);
  const names = ["cache_size", "page_size", "mmap_size", "wal_autocheckpoint"];
  database.pragma(`cache_size = ${cacheSize}`);
  const settings = Object.fromEntries(names.map((name) => [name, String(database.pragma(name, { simple: true }))]));
  database.close();
  return settings;
}

const loadingSql: LoadingSql = {
  numbers: (count) =>
    `(with recursive counted (n) as (select 0 union all select n + 1 from counted where n < ${count - 1}) select n from counted) as numbers`,
  partition: {},
  hex: (value, digits) => `printf('%0${digits}x', ${value})`,
  iso: (ms) => `strftime('%Y-%m-%dT%H:%M:%S.000Z', ${ms} / 1000, 'unixepoch')`,
};

interface FileStore extends Store {
  readonly filename: string;
  readonly close: () => Promise<void>;
}

async function fillFile(filename: string, data: DataSet): Promise<FileStore> {
  const begun = performance.now();
  const migrating = sqliteAdapter({ filename });
  await migrating.migrate();
  await migrating.close();
  load(filename, data);
  const loadSeconds = (performance.now() - begun) / 1000;
  let { storage, close } = openWithMemory(filename);
  return {
    ...{ data, filename, loadSeconds },
    bytes: async () => statSync(filename).size,
    row: async (sql) => readRow(filename, sql),
    storage: () => storage as StorageAdapter<never>,
    // The library runs in our own process.
    serverCpuMs: () => 0,
    async reopen() {
      await close();
      ({ storage, close } = openWithMemory(filename));
    },
    close: () => close(),
  };
}

/** In KiB. A host with millions of slots gives SQLite room for the upper levels of its indexes. */
const cacheSize = -512 * 1024;

/** Opened like a host that opens the file itself. */
function openWithMemory(filename: string) {
  const database = new Database(filename);
  for (const pragma of ["journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", `cache_size = ${cacheSize}`]) {
    database.pragma(pragma);
  }
  const storage = sqliteAdapter({ database });
  const close = async () => {
    await storage.close();
    database.close();
  };
  return { storage, close };
}

function readRow(filename: string, sql: string): Readonly<Record<string, unknown>> {
  const database = new Database(filename, { readonly: true });
  try {
    return database.prepare<[], Record<string, unknown>>(sql).get() ?? {};
  } finally {
    database.close();
  }
}

const later = "select name, type, sql from sqlite_schema where sql is not null and type in ('index', 'trigger')";

interface Later {
  readonly name: string;
  readonly type: "index" | "trigger";
  readonly sql: string;
}

/** Indexes and guards are put back when the rows are there. CHECKs check each row as it arrives. */
function load(filename: string, data: DataSet): void {
  const database = new Database(filename);
  // A half-loaded file is of no use to anybody, so it need not survive. A log would be as large as the file.
  // better-sqlite3 does not allow running without any journal, and this one keeps only the few pages that were there
  // before.
  for (const pragma of ["journal_mode = delete", "synchronous = off", "foreign_keys = off", "cache_size = -2000000"]) {
    database.pragma(pragma);
  }
  const all = database.prepare<[], Later>(`${later} order by name`).all();
  for (const { name, type } of all) database.exec(`drop ${type} "${name}"`);
  database.exec("begin");
  for (const statement of loadingStatements(data, loadingSql)) database.exec(statement);
  for (const { sql } of all) database.exec(sql);
  database.exec("commit");
  database.pragma("analysis_limit = 1000");
  database.exec("analyze");
  const again = database.prepare<[], Later>(`${later} order by name`).all();
  if (JSON.stringify(again) !== JSON.stringify(all)) throw new Error("Not all indexes and guards were put back.");
  database.pragma("journal_mode = wal");
  database.close();
}
