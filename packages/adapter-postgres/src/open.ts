import { adapterClosed, lending, noteOpened, type PoolState } from "@slotwright/adapter-sql";
import { Pool } from "pg";
import type { PostgresPool, Source } from "./connection.ts";
import { isPoolExhausted } from "./errors.ts";

/** How long, in milliseconds, our own pool waits for a connection. */
const connectTimeout = 10_000;

/** A pool that the first call opens and the adapter closes. */
export function ownSource(connectionString: string): Source {
  const databaseName = databaseNameOfUrl(connectionString);
  let pool: Pool | undefined;
  const source = sourceOf(databaseName, () => {
    pool ??= openPool(connectionString);
    return pool as PostgresPool;
  });
  return {
    ...source,
    close: async () => {
      await source.close();
      const closing = pool;
      pool = undefined;
      await closing?.end();
    },
  };
}

function openPool(connectionString: string): Pool {
  return new Pool({
    connectionString,
    connectionTimeoutMillis: connectTimeout,
    keepAlive: true,
    fallback_application_name: "slotwright",
  });
}

/** Uses the host's pool and leaves it open. */
export function hostSource(pool: PostgresPool): Source {
  return sourceOf(databaseNameOfPool(pool), () => pool);
}

function sourceOf(databaseName: string, poolOf: () => PostgresPool): Source {
  let isClosed = false;
  const open = () => {
    if (isClosed) throw adapterClosed(databaseName);
    return listening(poolOf());
  };
  const state = () => stateOf(poolOf());
  const lend = lending({
    databaseName,
    sizeOption: "max",
    state,
    lend: () => open().connect(),
    giveBack: (client) => client.release(),
    refusesToWait: isPoolExhausted,
  });
  const close = async () => {
    isClosed = true;
  };
  return { databaseName, lend, state, close };
}

/** The counters of a pool of pg. Other pools may lack them. */
function stateOf(pool: PostgresPool): PoolState {
  const { totalCount, idleCount, waitingCount } = pool as Partial<Pool>;
  const [open, idle, waiting] = [totalCount, idleCount, waitingCount].map((count) => count ?? null);
  return { open: open ?? null, inUse: open == null || idle == null ? null : open - idle, waiting: waiting ?? null };
}

/** Pools and clients that have listeners. Each gets them once, however many adapters use it. */
const heard = new WeakSet<object>();

/**
 * A connection that ends emits `error`; without a listener, Node exits. The pool emits it while the connection is idle,
 * the client while it is lent (node-postgres #2852). The pool stops listening to a client when it lends it, which may
 * happen in the middle of the server's message. A listener that is set after `connect()` resolves comes too late, but
 * `acquire` is emitted before that. A pending query learns of the end by its rejection.
 */
function listening(pool: PostgresPool): PostgresPool {
  if (heard.has(pool)) return pool;
  heard.add(pool);
  pool.on("error", ignore);
  pool.on("connect", noteOpened);
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

/** Host, port and database, but never the user's name or password. */
function databaseNameOfPool(pool: PostgresPool): string {
  const { connectionString, host, port, database } = (pool as { readonly options?: PoolOptions }).options ?? {};
  if (connectionString !== undefined) return databaseNameOfUrl(connectionString);
  return databaseNameOf(host, port, database);
}

function databaseNameOfUrl(url: string): string {
  try {
    const { hostname, port, pathname } = new URL(url);
    return databaseNameOf(decodeURIComponent(hostname), port, decodeURIComponent(pathname.slice(1)));
  } catch {
    return "of the connection string";
  }
}

export function databaseNameOf(
  host: string | undefined,
  port: string | number | undefined,
  database: string | undefined,
): string {
  const { PGHOST, PGPORT, PGDATABASE } = process.env;
  return `${host || PGHOST || "localhost"}:${port || PGPORT || 5432}/${database || PGDATABASE || ""}`;
}
