import { adapterClosed } from "@slotwright/adapter-sql";
import { Pool } from "pg";
import type { PostgresPool, Source } from "./connection.ts";

/** How long, in milliseconds, a call waits for a connection of a pool of our own. */
const connectTimeout = 10_000;

/** A pool that is opened by the first call, and closed with the adapter. */
export function ownSource(connectionString: string): Source {
  const place = placeOfUrl(connectionString);
  let state: "open" | "closed" = "open";
  let pool: Pool | undefined;
  return {
    place,
    pool: () => {
      if (state === "closed") throw adapterClosed(place);
      pool ??= openPool(connectionString);
      return pool as PostgresPool;
    },
    close: async () => {
      state = "closed";
      const closing = pool;
      pool = undefined;
      await closing?.end();
    },
  };
}

function openPool(connectionString: string): Pool {
  const pool = new Pool({
    connectionString,
    connectionTimeoutMillis: connectTimeout,
    keepAlive: true,
    fallback_application_name: "slotwright",
  });
  return listening(pool as PostgresPool) as Pool;
}

/** The host's pool, which stays open. */
export function hostSource(pool: PostgresPool): Source {
  const place = placeOfPool(pool);
  let state: "open" | "closed" = "open";
  return {
    place,
    pool: () => {
      if (state === "closed") throw adapterClosed(place);
      return listening(pool);
    },
    close: async () => {
      state = "closed";
    },
  };
}

/** Pools and clients that are listened to, for as long as they live: each is once, however many adapters use it. */
const heard = new WeakSet<object>();

/**
 * A connection that ends is told of by an event, which ends the process where nobody listens: on the pool while the
 * connection is idle, on the client while it is lent (node-postgres #2852). The pool stops listening to a client at the
 * moment it lends it, and that may be in the midst of what the server sent: a listener that is set when `connect()` has
 * resolved comes too late. `acquire` is told of before. Whoever waits for an answer learns of the end by its rejection.
 */
function listening(pool: PostgresPool): PostgresPool {
  if (heard.has(pool)) return pool;
  heard.add(pool);
  pool.on("error", ignore);
  pool.on("acquire", (client) => {
    if (!heard.has(client)) client.on("error", ignore);
    heard.add(client);
  });
  return pool;
}

const ignore = (): void => {};

interface PoolOptions {
  readonly connectionString?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly database?: string | undefined;
}

/** Host, port and database: never the user's name or password. */
function placeOfPool(pool: PostgresPool): string {
  const { connectionString, host, port, database } = (pool as { readonly options?: PoolOptions }).options ?? {};
  if (connectionString !== undefined) return placeOfUrl(connectionString);
  return placeOf(host, port, database);
}

function placeOfUrl(url: string): string {
  try {
    const { hostname, port, pathname } = new URL(url);
    return placeOf(decodeURIComponent(hostname), port, decodeURIComponent(pathname.slice(1)));
  } catch {
    return "of the connection string";
  }
}

export function placeOf(
  host: string | undefined,
  port: string | number | undefined,
  database: string | undefined,
): string {
  const { PGHOST, PGPORT, PGDATABASE } = process.env;
  return `${host || PGHOST || "localhost"}:${port || PGPORT || 5432}/${database || PGDATABASE || ""}`;
}
