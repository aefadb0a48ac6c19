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
  ["a variable that is unset", { connectionString: undefined }, /neither a pool nor a connectionString/],
  ["a variable that is empty", { connectionString: " " }, /neither a pool nor a connectionString/],
  ["another database's URL", { connectionString: "mysql://a:secret@b/c" }, /"mysql:\/\/".*pass one .*"postgres:\/\/"/],
  ["two databases", { connectionString, pool: new Pool() }, /both a pool and a connectionString/],
  ["a pool that is not one", { pool: {} }, /pool.* is not a Pool of pg/],
  ["a pool that is null", { pool: null }, /pool.* is not a Pool of pg/],
  ["an option of another library", { url: connectionString }, /"url".*The options are .*connectionString/],
  ["a misspelt option", { connectionString, tableprefix: "b_" }, /"tableprefix".*The options are .*tablePrefix/],
  ["a prefix that is not a string", { connectionString, tablePrefix: null }, /tablePrefix.* must be a string/],
  ["a schema that is not a string", { connectionString, schema: 5 }, /schema.* must be a string/],
  [
    "several servers, of which any will do",
    { connectionString: "postgres://app:secret@a,b/c?target_session_attrs=any" },
    /target_session_attrs.* use read-write/,
  ],
  [
    "one server, of which a standby will do",
    { connectionString: "postgres://app:secret@a/c?target_session_attrs=standby" },
    /target_session_attrs.* use read-write/,
  ],
  [
    "several servers in the query",
    { connectionString: "postgres:///c?user=app&host=a,b&target_session_attrs=read-write" },
    /in its query.*postgres:\/\/user@db-1:5432,db-2:5432\/bookings/,
  ],
  ["several ports in the query", { connectionString: "postgres://a/c?port=5432%2C5433" }, /in its query/],
  ["servers in two places", { connectionString: "postgres://a,b/c?host=d" }, /in its query/],
  [
    "servers whose names are unset",
    { connectionString: "postgres://app:secret@,/c" },
    /at least one has no name.*check where/,
  ],
  ["a server whose name is unset", { connectionString: "postgres://app:secret@a:1,:2/c" }, /at least one has no name/],
  ["a switch as text", { connectionString, preparedStatements: "false" }, /preparedStatements.* must be true or false/],
];

describe("options that leave the database or the intent unclear are refused by every call:", () => {
  it.each(wrong)("%s", (_what, options, message) =>
    refusesEveryCall(postgresAdapter(options as PostgresAdapterOptions), message),
  );
});
