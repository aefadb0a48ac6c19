import { type PostgresTransaction, postgresAdapter } from "@slotwright/adapter-postgres";
import { DatabaseError, Pool, type PoolClient } from "pg";
import type { Meaning, Query, Strategy } from "./strategy.ts";

export function postgresStrategy(url: string): Strategy<PostgresTransaction, PoolClient> {
  const pool = new Pool({ connectionString: url });
  const storage = postgresAdapter({ pool });
  return {
    storage,
    queryOn,
    query: queryOn(pool),
    meaningOf,
    close: async () => {
      await storage.close();
      await pool.end();
    },
  };
}

function queryOn(connection: Pick<PoolClient | Pool, "query">): Query {
  return async (sql, parameters = []) => (await connection.query(numbered(sql), [...parameters])).rows;
}

/** `?, ?` as `$1, $2`. */
function numbered(sql: string): string {
  let number = 0;
  return sql.replaceAll("?", () => `$${++number}`);
}

/** Serialization failure, deadlock, lock timeout; the server ended the connection; it is starting or stopping. */
const transientCodes = ["40001", "40P01", "55P03", "57P01", "57P02", "57P03"];

function meaningOf(error: unknown): Meaning {
  if (error instanceof DatabaseError) {
    if (transientCodes.includes(error.code ?? "")) return "transient";
    // In spite of IF NOT EXISTS, two that create one table at the same time meet in the server's catalogue.
    if (error.code === "23505" && error.schema === "pg_catalog") return "transient";
    return error.code === "23514" ? "check_failed" : "other";
  }
  return error instanceof Error && isLost(error) ? "transient" : "other";
}

/** A connection that failed: some of the driver's errors have no code. */
function isLost(error: Error): boolean {
  const code = "code" in error ? String(error.code) : "";
  return /^(ECONNRESET|EPIPE|ETIMEDOUT)$/.test(code) || /Connection terminated|not queryable/.test(error.message);
}
