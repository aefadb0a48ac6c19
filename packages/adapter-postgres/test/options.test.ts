import { refusesEveryCall } from "@slotwright/adapter-sql/conformance";
import { Pool } from "pg";
import { describe, it } from "vitest";
import { type PostgresAdapterOptions, postgresAdapter } from "../src/index.ts";

const connectionString = "postgres://app@127.0.0.1:1/bookings";

const wrong: readonly [string, unknown, RegExp][] = [
  ["nothing", undefined, /neither a pool nor a connectionString/],
  ["null", null, /neither a pool nor a connectionString/],
  ["the connection string alone", connectionString, /neither a pool nor a connectionString/],
  ["an empty object", {}, /neither a pool nor a connectionString/],
  ["a variable that is not set", { connectionString: undefined }, /neither a pool nor a connectionString/],
  ["a variable that is empty", { connectionString: " " }, /neither a pool nor a connectionString/],
  ["another database's URL", { connectionString: "mysql://a:secret@b/c" }, /"mysql:\/\/".*pass one .*"postgres:\/\/"/],
  ["two databases", { connectionString, pool: new Pool() }, /both a pool and a connectionString/],
  ["a pool that is none", { pool: {} }, /pool.* is not a Pool of pg/],
  ["a pool that is null", { pool: null }, /pool.* is not a Pool of pg/],
  ["an option of another library", { url: connectionString }, /"url".*It takes .*connectionString/],
  ["a misspelt option", { connectionString, tableprefix: "b_" }, /"tableprefix".*It takes .*tablePrefix/],
  ["a prefix that is no text", { connectionString, tablePrefix: null }, /tablePrefix.* is no text/],
  ["a schema that is no text", { connectionString, schema: 5 }, /schema.* is no text/],
  [
    "a switch as text",
    { connectionString, preparedStatements: "false" },
    /preparedStatements.* neither true nor false/,
  ],
];

describe("options that leave open which database is meant, or what is wanted of it, are refused by every call:", () => {
  it.each(wrong)("%s", (_what, options, message) =>
    refusesEveryCall(postgresAdapter(options as PostgresAdapterOptions), message),
  );
});
