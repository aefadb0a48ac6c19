import { hasMethods, type OptionRules } from "@slotwright/adapter-sql";
import type { SqliteDatabase } from "./connection.ts";

export const optionRules: OptionRules = {
  adapter: "sqliteAdapter",
  known: { database: "connection", filename: "connection", tablePrefix: "text" },
  connection: {
    object: "database",
    isObject: isDatabase,
    objectIs: "a Database of better-sqlite3",
    name: "filename",
  },
};

/** Whether the host's object has the methods of `Database` that the adapter calls. */
export function isDatabase(value: unknown): value is SqliteDatabase {
  return hasMethods(value, ["prepare", "exec", "pragma"]);
}
