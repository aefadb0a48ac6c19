import { adapterClosed, databaseNameOfServers, lending, noteOpened, type PoolState } from "@slotwright/adapter-sql";
import { Pool } from "pg";
import type { PostgresPool, PostgresPoolClient, Source } from "./connection.ts";
import { isPoolExhausted } from "./errors.ts";
import { primaryPool } from "./primary-pool.ts";
import { serversOf } from "./servers.ts";

/** How long, in milliseconds, our own pool waits for a connection. */
const connectTimeout = 10_000;

interface OwnPool {
  readonly pool: Pool;
  readonly connect: Connect;
}

type Connect = (pool: PostgresPool) => Promise<PostgresPoolClient>;

const connectAnywhere: Connect = (pool) => pool.connect();

/** A pool that the first call opens and the adapter closes. */
export function ownSource(connectionString: string): Source {
  const urls = serversOf(connectionString);
  const databaseName = databaseNameOfServers(urls.map(databaseNameOfUrl));
  let own: OwnPool | undefined;
  const source = sourceOf({
    databaseName,
    poolOf: () => {
      own ??= openPool(urls, databaseName);
      return own.pool as PostgresPool;
    },
    connect: (pool) => (own?.connect ?? connectAnywhere)(pool),
    mayReplaceIdle: urls.length > 1,
  });
  return {
    ...source,
    close: async () => {
      await source.close();
      const closing = own;
      own = undefined;
      await closing?.pool.end();
    },
  };
}

const poolOptions = {
  connectionTimeoutMillis: connectTimeout,
  keepAlive: true,
  fallback_application_name: "slotwright",
};

function openPool(urls: readonly string[], databaseName: string): OwnPool {
  if (urls.length > 1) return primaryPool(urls, databaseName, poolOptions);
  return { pool: new Pool({ connectionString: urls[0] as string, ...poolOptions }), connect: connectAnywhere };
}

/** Uses the host's pool and leaves it open. */
export function hostSource(pool: PostgresPool): Source {
  return sourceOf({
    databaseName: databaseNameOfPool(pool),
    poolOf: () => pool,
    connect: connectAnywhere,
    mayReplaceIdle: false,
  });
}

/** Where sessions come from. */
interface Sessions {
  readonly databaseName: string;
  readonly poolOf: () => PostgresPool;
  readonly connect: Connect;
  /** Of several servers, one may hang with its idle sessions, which are then given up. */
  readonly mayReplaceIdle: boolean;
}

function sourceOf({ databaseName, poolOf, connect, mayReplaceIdle }: Sessions): Source {
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
    lend: () => connect(open()),
    giveBack: (client) => client.release(),
    refusesToWait: isPoolExhausted,
    mayReplaceIdle,
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
