import { Client } from "pg";
import type { DatabaseClient } from "../engine.ts";

export const postgresClient: DatabaseClient = {
  version: (url) => query(url, "SHOW server_version").then(([row]) => String(row?.server_version).replace(/ \(.*/, "")),
  // From template0, because a host may have put anything into template1.
  createDatabase: async (url, name) => void (await query(url, `CREATE DATABASE ${name} TEMPLATE template0`)),
  dropDatabase: async (url, name) => void (await query(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
};

async function query(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  // A server that goes away under the connection must not take the process with it; the query reports it.
  client.on("error", () => {});
  try {
    await client.connect();
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
