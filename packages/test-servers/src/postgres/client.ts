import type { DatabaseClient } from "../engine.ts";
import { query } from "./query.ts";

export const postgresClient: DatabaseClient = {
  version: (url) => query(url, "SHOW server_version").then(([row]) => String(row?.server_version).replace(/ \(.*/, "")),
  // From template0, because a host may have put anything into template1.
  createDatabase: async (url, name) => void (await query(url, `CREATE DATABASE ${name} TEMPLATE template0`)),
  dropDatabase: async (url, name) => void (await query(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
};
