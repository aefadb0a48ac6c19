import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import type { StorageAdapter } from "@slotwright/core";
import { createMemoryDatabase, memoryAdapter } from "@slotwright/core/memory";
import Sqlite from "better-sqlite3";

/** A database that can go back to a state that it had. */
export interface Database {
  readonly storage: () => StorageAdapter<never>;
  readonly save: () => void;
  /** Goes back to a saved state. False if none was saved. */
  readonly restore: (place: number) => boolean;
  readonly close: () => Promise<void>;
}

export async function openMemory(): Promise<Database> {
  const database = createMemoryDatabase();
  const saved: (typeof database.tables)[] = [];
  const copy = ({ records, commands, journal, feed, settings, relays }: typeof database.tables) => ({
    records: new Map(records),
    commands: new Map(commands),
    journal: new Map(journal),
    feed: [...feed],
    settings: [...settings],
    relays: new Map(relays),
  });
  return {
    storage: () => memoryAdapter({ database }) as StorageAdapter<never>,
    save: () => void saved.push(copy(database.tables)),
    restore(place) {
      const tables = saved[place % Math.max(saved.length, 1)];
      if (tables !== undefined) database.tables = copy(tables);
      return tables !== undefined;
    },
    close: async () => {},
  };
}

export async function openSqlite(): Promise<Database> {
  const saved: Buffer[] = [];
  let database = new Sqlite(template ?? ":memory:");
  let storage = sqliteAdapter({ database }) as StorageAdapter<never>;
  if (template === undefined) {
    await storage.migrate();
    template = database.serialize();
  }
  return {
    storage: () => storage,
    save: () => void saved.push(database.serialize()),
    restore(place) {
      const bytes = saved[place % Math.max(saved.length, 1)];
      if (bytes === undefined) return false;
      database.close();
      database = new Sqlite(bytes);
      storage = sqliteAdapter({ database }) as StorageAdapter<never>;
      return true;
    },
    async close() {
      await storage.close();
      database.close();
    },
  };
}

/** The tables, made once. */
let template: Buffer | undefined;
