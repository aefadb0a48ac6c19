import { refusesEveryCall, refusesToWork } from "@slotwright/adapter-sql/conformance";
import { createPool } from "mysql2/promise";
import { describe, it } from "vitest";
import { type MysqlAdapterOptions, mysqlAdapter } from "../src/index.ts";

const uri = "mysql://app@127.0.0.1:1/bookings";

const wrong: readonly [string, unknown, RegExp][] = [
  ["nothing", undefined, /neither a pool nor a uri/],
  ["null", null, /neither a pool nor a uri/],
  ["the URI alone", uri, /neither a pool nor a uri/],
  ["an empty object", {}, /neither a pool nor a uri/],
  ["a variable that is unset", { uri: undefined }, /neither a pool nor a uri/],
  ["a variable that is empty", { uri: " " }, /neither a pool nor a uri/],
  ["another database's URL", { uri: "postgres://a:secret@b/c" }, /"postgres:\/\/".*pass one .*"mysql:\/\/"/],
  ["two servers", { uri, pool: createPool(uri) }, /both a pool and a uri/],
  ["servers whose names are unset", { uri: "mysql://app:secret@,,/c" }, /at least one has no name.*check where/],
  ["a server whose name is unset", { uri: "mysql://app:secret@:3306,b:3306/c" }, /at least one has no name/],
  ["a pool that is not one", { pool: {} }, /pool.* is not a pool of mysql2/],
  ["a pool that is null", { pool: null }, /pool.* is not a pool of mysql2/],
  ["an option of another library", { url: uri }, /"url".*The options are .*uri/],
  ["a misspelt option", { uri, tableprefix: "b_" }, /"tableprefix".*The options are .*tablePrefix/],
  ["a prefix that is not a string", { uri, tablePrefix: null }, /tablePrefix.* must be a string/],
  ["a database that is not a string", { uri, database: 5 }, /database.* must be a string/],
  [
    "a consistency that there is not",
    { uri, readConsistency: "eventual" },
    /readConsistency.* must be "cluster" or "node"/,
  ],
];

describe("options that leave the database or the intent unclear are refused by every call:", () => {
  it.each(wrong)("%s", (_what, options, message) =>
    refusesEveryCall(mysqlAdapter(options as MysqlAdapterOptions), message),
  );
});

describe("anything but a transaction is refused by the first call within it:", () => {
  it.each([undefined, null, {}, "transaction"])("%j", async (transaction) => {
    const storage = mysqlAdapter({ uri });
    const message =
      /^within\(\) was given (undefined|null|a plain object|a string), .*Give it a connection of mysql2.*engine\.transaction/;
    await refusesToWork(storage.within(transaction as never), message);
  });
});
