import { serversInTurn, takesNoWrites } from "@slotwright/adapter-sql";
import { Pool, type PoolClient, type PoolConfig } from "pg";
import type { PostgresPool, PostgresPoolClient } from "./connection.ts";
import { hasTimedOut, isPoolEnded, isPoolExhausted, isSilence } from "./errors.ts";
import { placedClients } from "./placed-clients.ts";

/** How long, in milliseconds, one of several servers may take to open a session, and then to say what it is. */
const patience = 2_000;

/** A pool whose sessions are all on the server that takes writes, whichever it is. */
export interface PrimaryPool {
  readonly pool: Pool;
  /** Lends a session. A new one is tried on each server in turn, beginning with the last that took writes. */
  readonly connect: (pool: PostgresPool) => Promise<PostgresPoolClient>;
}

/** @param databaseName For messages. */
export function primaryPool(urls: readonly string[], databaseName: string, options: PoolConfig): PrimaryPool {
  const clients = placedClients(urls, () => servers.place(), { connectionTimeoutMillis: patience }, refusal);
  const pool = new Pool({ ...options, Client: clients.Client, verify: clients.verify });
  const trusted = sinceLastTimeout(pool);
  const servers = serversInTurn({
    databaseName,
    count: urls.length,
    lend: async () => (await trusted()) as PostgresPoolClient,
    isOfPool: (error) => isPoolExhausted(error) || isPoolEnded(error),
    isSilence,
    placeOf: clients.placeOf,
    advice: "promote a standby",
  });
  return { pool, connect: servers.lend };
}

/**
 * Lends sessions that were opened after the last statement that was given up (`query_timeout`). Its server may hang, and
 * all older sessions with it, each of which would cost another call that time.
 */
function sinceLastTimeout(pool: Pool): () => Promise<PoolClient> {
  let opened = 0;
  let doubted = 0;
  const numbers = new WeakMap<object, number>();
  pool.on("connect", (client) => {
    opened += 1;
    numbers.set(client, opened);
  });
  pool.on("release", (error) => {
    if (hasTimedOut(error)) doubted = opened;
  });
  return async () => {
    for (;;) {
      const client = await pool.connect();
      if ((numbers.get(client) ?? 0) > doubted) return client;
      client.release(true);
    }
  };
}

/** The same question as libpq's, for `target_session_attrs=read-write`. */
const question = { text: "show transaction_read_only", query_timeout: patience };

/** Why the session of a server is not used, or undefined if it takes writes. */
async function refusal(client: PoolClient): Promise<Error | undefined> {
  const { rows } = await client.query<{ transaction_read_only: string }>(question);
  return rows[0]?.transaction_read_only === "on" ? takesNoWrites() : undefined;
}
