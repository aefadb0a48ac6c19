import { type SqliteDatabase, sqliteAdapter } from "@slotwright/adapter-sqlite";
import Database from "better-sqlite3";
import { asDriverError, type Meaning, type Query, type Strategy } from "./strategy.ts";

export function sqliteStrategy(url: string): Strategy<SqliteDatabase, Database.Database> {
  const filename = url.replace(/^sqlite:/, "");
  // The adapter has its own connections: on a shared one, reads would wait for each transaction to end.
  const database = openFile(filename);
  const storage = sqliteAdapter({ filename });
  return {
    storage,
    idType: "varchar(128)",
    queryOn,
    query: queryOn(database),
    meaningOf,
    close: async () => {
      database.close();
      await storage.close();
    },
  };
}

function openFile(filename: string): Database.Database {
  // No busy timeout: it would block the event loop.
  const database = new Database(filename, { timeout: 0 });
  database.pragma("journal_mode = wal");
  // The driver's default for such files would lose the last acknowledged commits in a power cut.
  database.pragma("synchronous = full");
  return database;
}

function queryOn(database: Database.Database): Query {
  return async (sql, parameters = []) => {
    const statement = database.prepare(sql);
    if (statement.reader) return statement.all(...parameters);
    statement.run(...parameters);
    return [];
  };
}

function meaningOf(error: unknown): Meaning {
  const { code = "" } = asDriverError(error);
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return "transient";
  return code === "SQLITE_CONSTRAINT_CHECK" ? "check_failed" : "other";
}
