import type { SqliteDatabase } from "./connection.ts";

type Given = Readonly<Record<string, unknown>>;

const known: readonly string[] = ["database", "filename", "tablePrefix"];

/**
 * What is wrong with the options, if anything. The compiler sees neither a variable of the environment that is not set nor
 * a typing error in plain JavaScript, and SQLite would open a database that vanishes with the connection.
 */
export function problemWith(options: unknown): string | undefined {
  const given: Given = isObject(options) ? options : {};
  return unknownOption(given) ?? unclearDatabase(given) ?? wrongValue(given);
}

function unknownOption(given: Given): string | undefined {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown === undefined) return undefined;
  return `sqliteAdapter was given the option "${unknown}", which it does not know. No database was used; correct the name, or leave it out. It takes ${known.join(", ")}.`;
}

function unclearDatabase({ database, filename }: Given): string | undefined {
  if (database !== undefined && filename !== undefined) {
    return "sqliteAdapter was given both a database and the name of a file, which may be two databases. None was used; pass one of the two.";
  }
  if (database !== undefined) {
    if (isDatabase(database)) return undefined;
    return "What sqliteAdapter was given as its database is no Database of better-sqlite3. Nothing was stored; pass one, or a filename.";
  }
  if (typeof filename === "string" && filename !== "") return undefined;
  return "sqliteAdapter was given neither a database nor the name of a file. Nothing was stored; check where the name comes from.";
}

function wrongValue({ tablePrefix = "" }: Given): string | undefined {
  if (typeof tablePrefix === "string") return undefined;
  return "The option tablePrefix of sqliteAdapter is no text. No database was used; correct it.";
}

/** Whether the host's object has what is used of a `Database`. */
export function isDatabase(value: unknown): value is SqliteDatabase {
  return isObject(value) && ["prepare", "exec", "pragma"].every((method) => typeof value[method] === "function");
}

function isObject(value: unknown): value is Given {
  return typeof value === "object" && value !== null;
}
