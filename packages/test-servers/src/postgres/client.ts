import { setTimeout as pause } from "node:timers/promises";
import type { DatabaseClient } from "../engine.ts";
import { query } from "./query.ts";

export const postgresClient: DatabaseClient = {
  version: (url) => query(url, "SHOW server_version").then(([row]) => String(row?.server_version).replace(/ \(.*/, "")),
  // From template0, because a host may have put anything into template1.
  createDatabase: async (url, name) => void (await query(url, `CREATE DATABASE ${name} TEMPLATE template0`)),
  dropDatabase: async (url, name) => {
    await untilLeft(url, name);
    await query(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  },
};

const patienceMs = 500;

/**
 * Waits for those who are leaving. A pool of `pg` has ended before the server has let its connections go, and takes its
 * listeners off them: one that the server cuts off meanwhile ends the process.
 */
async function untilLeft(url: string, name: string): Promise<void> {
  const others = `SELECT FROM pg_stat_activity WHERE datname = '${name}'`;
  for (const until = Date.now() + patienceMs; Date.now() < until; await pause(10)) {
    if ((await query(url, others)).length === 0) return;
  }
}
