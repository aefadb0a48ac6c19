import { adapterClosed, freshnessCheck, lending, noteOpened, type PoolState } from "@slotwright/adapter-sql";
import { isStorageError } from "@slotwright/core/adapter";
import { createPool } from "mysql2/promise";
import {
  type CallContext,
  type Connection,
  coreOf,
  type MysqlCallbacks,
  type MysqlPool,
  type MysqlPoolConnection,
  promised,
} from "./connection.ts";
import {
  isConnectionLost,
  isInterrupted,
  isPoolExhausted,
  isReadOnlySession,
  isUnprepared,
  toStorageError,
} from "./errors.ts";
import { newSession, pooledConnection, type Session } from "./pooled-connection.ts";
import { rollback } from "./transaction-commands.ts";

/** Where the adapter's own connections come from. Nothing is opened before the first call. */
export interface Source {
  /** Host, port and database, for messages. */
  readonly databaseName: string;
  /**
   * Lends a connection outside any transaction for one piece of work, and then decides what becomes of it. If a
   * read-only session refuses the work, it runs again on another connection.
   */
  readonly use: <T>(context: CallContext, work: (connection: Connection) => Promise<T>) => Promise<T>;
  /** Lends a connection until it is released, or given back after an error. */
  readonly lend: (context: CallContext) => Promise<Lent>;
  readonly state: () => PoolState;
  readonly close: () => Promise<void>;
}

export interface Lent {
  readonly driver: MysqlPoolConnection;
  readonly connection: Connection;
}

/** A pool that the adapter opens on its first call, and closes. */
export function uriSource(uri: string, database: string | undefined): Source {
  let pool: OwnPool | undefined;
  const open = () => {
    pool ??= createPool({ uri, ...(database !== undefined && { database }) }) as unknown as OwnPool;
    return pool;
  };
  const source = sourceOf(databaseNameOfUri(uri, database), open, connectWaitMs(uri));
  return {
    ...source,
    close: async () => {
      await source.close();
      await pool?.end();
      pool = undefined;
    },
  };
}

interface OwnPool extends MysqlPool {
  end(): Promise<void>;
}

/** A little more than it takes to learn that the server does not answer, because that error says more. */
function connectWaitMs(uri: string): number | undefined {
  const given = /[?&]connectTimeout=(\d+)/.exec(uri)?.[1];
  return given === undefined || given === "0" ? undefined : Number(given) + 100;
}

/** Uses the host's pool and leaves it open. */
export function poolSource(pool: MysqlPool | MysqlCallbacks<MysqlPool>, database: string | undefined): Source {
  const given = promised<MysqlPool>(pool);
  return sourceOf(databaseNameOfPool(given, database), () => given);
}

function sourceOf(databaseName: string, poolOf: () => MysqlPool, longestMs?: number): Source {
  let isClosed = false;
  const sessions = new WeakMap<object, Session>();
  const state = () => stateOf(poolOf());
  const lendDriver = lending({
    databaseName,
    sizeOption: "connectionLimit",
    state,
    lend: () => watched(poolOf()).getConnection(),
    giveBack: (driver) => driver.release(),
    refusesToWait: isPoolExhausted,
    ...(longestMs !== undefined && { longestMs }),
  });
  const lend = async (context: CallContext): Promise<Lent> => {
    if (isClosed) throw adapterClosed(databaseName);
    const driver = await lendDriver(context.call).catch((error: unknown) => {
      throw toStorageError(error, { databaseName, during: "connect" });
    });
    const core = coreOf(driver);
    const session = sessions.get(core) ?? openSession(driver);
    sessions.set(core, session);
    return { driver, connection: pooledConnection(driver, databaseName, session, context) };
  };
  return {
    databaseName,
    state,
    lend,
    use: (context, work) => onWritable({ lend, state }, context, work),
    close: async () => {
      isClosed = true;
    },
  };
}

/** Pools and connections that have listeners. Each gets them once, however many adapters use it. */
const heard = new WeakSet<object>();

/** Notes when the pool's sessions are opened. */
function watched(pool: MysqlPool): MysqlPool {
  if (!heard.has(pool)) pool.on?.("connection", noteOpened);
  heard.add(pool);
  return pool;
}

/** Internal fields of mysql2's pools. Other pools may lack them. */
function stateOf(pool: MysqlPool & { readonly pool?: unknown }): PoolState {
  const core = (pool.pool ?? {}) as Readonly<Record<string, { readonly length?: unknown } | undefined>>;
  const lengthOf = (name: string): number | null => {
    const length = core[name]?.length;
    return typeof length === "number" ? length : null;
  };
  const [open, free] = [lengthOf("_allConnections"), lengthOf("_freeConnections")];
  return { open, inUse: open === null || free === null ? null : open - free, waiting: lengthOf("_connectionQueue") };
}

async function onWritable<T>(
  { lend, state }: Pick<Source, "lend" | "state">,
  context: CallContext,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  let isBelieved: ReturnType<typeof freshnessCheck> | undefined;
  for (;;) {
    const lent = await lend(context);
    try {
      return await withLent(lent, work);
    } catch (error) {
      if (!isReadOnlySession(error)) throw error;
      isBelieved ??= freshnessCheck(state().open);
      if (isBelieved(coreOf(lent.driver))) throw error;
    }
  }
}

async function withLent<T>({ driver, connection }: Lent, work: (connection: Connection) => Promise<T>): Promise<T> {
  try {
    const result = await work(connection);
    driver.release();
    return result;
  } catch (error) {
    await giveBack(driver, error);
    throw error;
  }
}

function openSession(driver: MysqlPoolConnection): Session {
  surviveLoss(driver);
  return newSession();
}

/** After an error, gives the connection back with no transaction open, or destroys it. */
export async function giveBack(driver: MysqlPoolConnection, error: unknown): Promise<void> {
  const cause = isStorageError(error) ? error.cause : error;
  const isOver = [isConnectionLost, isInterrupted, isUnprepared, isReadOnlySession].some((is) => is(cause));
  if (isOver || isStorageError(error, "unknown")) {
    driver.destroy();
    return;
  }
  try {
    await driver.query({ sql: rollback } as never);
    driver.release();
  } catch {
    driver.destroy();
  }
}

/**
 * A lent connection that dies may emit "error" more than once, and the pool listens once. Without another listener,
 * Node would exit. Whatever was running on the connection fails by itself.
 */
function surviveLoss(driver: MysqlPoolConnection): void {
  const core = coreOf(driver) as { on?: (event: "error", listener: () => void) => void };
  if (!heard.has(core)) core.on?.("error", () => {});
  heard.add(core);
}

function databaseNameOfUri(uri: string, database: string | undefined): string {
  try {
    const { hostname, port, pathname } = new URL(uri);
    return `${hostname}:${port || 3306}/${database ?? decodeURIComponent(pathname.slice(1))}`;
  } catch {
    return "(the URI is not one)";
  }
}

interface PoolSettings {
  readonly pool?: { readonly config?: { readonly connectionConfig?: ConnectionSettings } };
}

interface ConnectionSettings {
  readonly host?: string;
  readonly port?: number;
  readonly socketPath?: string;
  readonly database?: string;
}

function databaseNameOfPool(pool: MysqlPool & PoolSettings, database: string | undefined): string {
  return databaseNameOf(pool.pool?.config?.connectionConfig, database);
}

/** The name of a connection in messages, never with its user or password. */
function databaseNameOf(settings: ConnectionSettings | undefined, database: string | undefined): string {
  if (settings === undefined) return database ?? "(of the host)";
  const where = settings.socketPath ?? `${settings.host ?? "localhost"}:${settings.port ?? 3306}`;
  return `${where}/${database ?? settings.database ?? ""}`;
}
