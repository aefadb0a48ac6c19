import { createConnection } from "mysql2/promise";
import { Client } from "pg";
import type { ServerName } from "../src/index.ts";

type Rows = readonly Record<string, unknown>[];

/** Runs one statement over a connection of its own. */
export function query(engine: ServerName, url: string, sql: string): Promise<Rows> {
  return engine === "postgres" ? queryPostgres(url, sql) : queryMysqlFamily(url, sql);
}

async function queryPostgres(connectionString: string, sql: string): Promise<Rows> {
  const client = new Client({ connectionString });
  try {
    await client.connect();
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function queryMysqlFamily(uri: string, sql: string): Promise<Rows> {
  const connection = await createConnection({ uri });
  try {
    return (await connection.query(sql))[0] as unknown as Rows;
  } finally {
    await connection.end();
  }
}
