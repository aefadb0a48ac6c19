import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import Database from "better-sqlite3";
import type { Borrowed, Meaning, Strategy } from "./strategy.ts";

export function sqliteStrategy(url: string): Strategy<Database.Database> {
  const filename = url.replace(/^sqlite:/, "");
  // The adapter has its own connection: on a shared one it refuses, with storage_busy, whatever is called while a
  // transaction of the host's is open there.
  const database = openFile(filename);
  const storage = sqliteAdapter({ filename });
  const takeTurn = createTurns();
  return {
    storage,
    // Not a plain BEGIN: a transaction that has read cannot write any more once another connection wrote.
    begin: ["begin immediate"],
    borrow: async () => lend(database, await takeTurn()),
    meaningOf,
    close: async () => {
      await takeTurn();
      database.close();
      await storage.close();
    },
  };
}

function openFile(filename: string): Database.Database {
  // No busy timeout: it would block the event loop. Whoever is refused tries again from its BEGIN.
  const database = new Database(filename, { timeout: 0 });
  database.pragma("journal_mode = wal");
  // The driver's default for such files would lose the last acknowledged commits in a power cut.
  database.pragma("synchronous = full");
  return database;
}

function lend(database: Database.Database, endTurn: () => void): Borrowed<Database.Database> {
  return {
    transaction: database,
    async query(sql, parameters = []) {
      const statement = database.prepare(sql);
      if (statement.reader) return statement.all(...parameters);
      statement.run(...parameters);
      return [];
    },
    commit: async () => void database.exec("commit"),
    giveBack: endTurn,
    destroy: () => {
      if (database.inTransaction) database.exec("rollback");
      endTurn();
    },
  };
}

/** One connection has one transaction at a time: everybody waits for the one before. */
function createTurns(): () => Promise<() => void> {
  let last: Promise<void> = Promise.resolve();
  return async () => {
    const before = last;
    const turn = Promise.withResolvers<void>();
    last = turn.promise;
    await before;
    return turn.resolve;
  };
}

function meaningOf(error: unknown): Meaning {
  const code = error instanceof Database.SqliteError ? error.code : "";
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return "transient";
  return code === "SQLITE_CONSTRAINT_CHECK" ? "check_failed" : "other";
}
