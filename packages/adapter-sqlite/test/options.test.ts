import { refusesEveryCall, refusesToWork } from "@slotwright/adapter-sql/conformance";
import Database from "better-sqlite3";
import { describe, it } from "vitest";
import { type SqliteAdapterOptions, sqliteAdapter } from "../src/index.ts";

const filename = ":memory:";

const wrong: readonly [string, unknown, RegExp][] = [
  ["nothing", undefined, /neither a database nor a filename/],
  ["null", null, /neither a database nor a filename/],
  ["the name alone", filename, /neither a database nor a filename/],
  ["an empty object", {}, /neither a database nor a filename/],
  ["a variable that is unset", { filename: undefined }, /neither a database nor a filename/],
  ["a variable that is empty", { filename: "" }, /neither a database nor a filename/],
  ["two databases", { filename, database: new Database(filename) }, /both a database and a filename/],
  ["a database that is not one", { database: {} }, /database.* is not a Database of better-sqlite3/],
  ["a database that is null", { database: null }, /database.* is not a Database of better-sqlite3/],
  ["an option of another library", { file: filename }, /"file".*The options are .*filename/],
  ["a misspelt option", { filename, tableprefix: "b_" }, /"tableprefix".*The options are .*tablePrefix/],
  ["a prefix that is not a string", { filename, tablePrefix: null }, /tablePrefix.* must be a string/],
];

describe("options that leave the database or the intent unclear are refused by every call:", () => {
  it.each(wrong)("%s", (_what, options, message) =>
    refusesEveryCall(sqliteAdapter(options as SqliteAdapterOptions), message),
  );
});

describe("anything but a transaction is refused by the first call within it:", () => {
  it.each([undefined, null, {}, "transaction"])("%j", async (transaction) => {
    const storage = sqliteAdapter({ filename });
    const message =
      /^within\(\) was given (undefined|null|a plain object|a string), .*Give it a Database of better-sqlite3.*engine\.transaction/;
    await refusesToWork(storage.within(transaction as never), message);
  });
});
