import { type PostgresTransaction, postgresAdapter } from "@slotwright/adapter-postgres";
import { Pool, type PoolClient } from "pg";
import { asDriverError, type Meaning, type Query, type Strategy } from "./strategy.ts";

export function postgresStrategy(url: string): Strategy<PostgresTransaction, PoolClient> {
  const pool = new Pool({ connectionString: url });
  const storage = postgresAdapter({ pool });
  return {
    storage,
    idType: "varchar(128)",
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
  const { code = "", message = "", schema } = asDriverError(error);
  if (transientCodes.includes(code)) return "transient";
  // In spite of IF NOT EXISTS, two that create one table at the same time meet in the server's catalogue.
  if (code === "23505" && schema === "pg_catalog") return "transient";
  if (code === "23514") return "check_failed";
  // A connection that failed: some of the driver's errors have no code.
  const isLost = /^(ECONNRESET|EPIPE|ETIMEDOUT)$/.test(code) || /Connection terminated|not queryable/.test(message);
  return isLost ? "transient" : "other";
}
