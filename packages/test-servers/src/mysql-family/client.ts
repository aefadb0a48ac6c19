import { createConnection, type RowDataPacket } from "mysql2/promise";
import type { DatabaseClient } from "../engine.ts";

/** @param recognises Distinguishes MySQL from MariaDB, which use one protocol and share a URL scheme. */
export function mysqlFamilyClient(recognises: (version: string) => boolean): DatabaseClient {
  return {
    version: async (url) => {
      const [row] = await query(url, "SELECT VERSION() AS version");
      const version = String(row?.version);
      if (!recognises(version)) throw new Error(`the server is of another engine (${version})`);
      return version;
    },
    createDatabase: async (url, name) => void (await query(url, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`)),
    dropDatabase: async (url, name) => void (await query(url, `DROP DATABASE IF EXISTS ${name}`)),
  };
}

/** Runs one statement on a connection of its own. */
export function query(url: string, sql: string): Promise<RowDataPacket[]> {
  return queryAll(url, [sql]);
}

/** Runs statements on a connection of their own, one after another, and returns the last one's rows. */
export async function queryAll(url: string, statements: readonly string[]): Promise<RowDataPacket[]> {
  const connection = await createConnection({ uri: url, connectTimeout: 5000 });
  // A server that goes away under the connection must not take the process with it; the query reports it.
  connection.on("error", () => {});
  try {
    let rows: RowDataPacket[] = [];
    for (const sql of statements) [rows] = await connection.query<RowDataPacket[]>(sql);
    return rows;
  } finally {
    await connection.end().catch(() => connection.destroy());
  }
}
