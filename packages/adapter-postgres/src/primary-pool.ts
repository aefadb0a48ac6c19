import { serversInTurn, takesNoWrites } from "@slotwright/adapter-sql";
import { Client, type ClientBase, type ClientConfig, Pool, type PoolClient, type PoolConfig } from "pg";
import type { PostgresPool, PostgresPoolClient } from "./connection.ts";
import { hasTimedOut, isPoolEnded, isPoolExhausted } from "./errors.ts";

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
  // pg calls it with `new`, and gets the object that it returns.
  function ClientOfPlace(config: ClientConfig): Client {
    const connectionString = urls[servers.place()] as string;
    return new Client({ ...config, connectionString, connectionTimeoutMillis: patience });
  }
  const pool = new Pool({
    ...options,
    Client: ClientOfPlace as unknown as new () => ClientBase,
    verify: refuseStandby,
  });
  const trusted = sinceLastTimeout(pool);
  const servers = serversInTurn({
    databaseName,
    count: urls.length,
    lend: async () => (await trusted()) as PostgresPoolClient,
    isOfPool: (error) => isPoolExhausted(error) || isPoolEnded(error),
    isSilence: hasTimedOut,
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

function refuseStandby(client: PoolClient, done: (error?: Error) => void): void {
  client.query<{ transaction_read_only: string }>(question).then(
    ({ rows: [row] }) => done(row?.transaction_read_only === "on" ? takesNoWrites() : undefined),
    (error: Error) => done(error),
  );
}
