import { postgresAdapter } from "@slotwright/adapter-postgres";
import { DatabaseError, Pool, type PoolClient } from "pg";
import type { Borrowed, Meaning, Strategy } from "./strategy.ts";

export function postgresStrategy(url: string): Strategy<PoolClient> {
  const pool = new Pool({ connectionString: url });
  // A connection that the server ends would otherwise end this process: an idle one, and one that is lent, which the
  // pool does not listen to. Whoever listens only once it has the connection may come too late.
  pool.on("error", ignore);
  pool.on("connect", (client) => client.on("error", ignore));
  const storage = postgresAdapter({ pool });
  return {
    storage,
    begin: ["begin isolation level read committed"],
    borrow: async () => lend(await pool.connect()),
    meaningOf,
    close: async () => {
      await storage.close();
      await pool.end();
    },
  };
}

function ignore(): void {}

function lend(client: PoolClient): Borrowed<PoolClient> {
  return {
    transaction: client,
    query: async (sql, parameters = []) => (await client.query(numbered(sql), [...parameters])).rows,
    async commit() {
      const { command } = await client.query("commit");
      // In a transaction that has failed, COMMIT is answered with ROLLBACK, and not with an error.
      if (command !== "COMMIT") throw new Error(`COMMIT was answered with ${command}`);
    },
    giveBack: () => client.release(),
    destroy: () => client.release(true),
  };
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
