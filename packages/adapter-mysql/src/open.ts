import {
  adapterClosed,
  databaseNameOfServers,
  freshnessCheck,
  lending,
  type PoolState,
  urlsOfServers,
} from "@slotwright/adapter-sql";
import { isStorageError } from "@slotwright/core/adapter";
import { createConnection, createPool } from "mysql2/promise";
import { isBehind } from "./cluster.ts";
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
  isOfServer,
  isOutOfCluster,
  isPoolExhausted,
  isReadOnlySession,
  isUnprepared,
  toStorageError,
} from "./errors.ts";
import { surviveLoss, watched } from "./lost-connections.ts";
import { stateOf } from "./pool-state.ts";
import { newSession, pooledConnection, type Session } from "./pooled-connection.ts";
import { type OwnPool, patience, primaryPool, refuseReadOnly } from "./primary-pool.ts";
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
  /** Of several servers, another one is to be tried before the one of this connection. */
  readonly leaveServer: () => void;
}

/** Pools that the adapter opens on its first call, and closes: one for each server that the URI names. */
export function uriSource(uri: string, database: string | undefined): Source {
  const uris = urlsOfServers(uri);
  const databaseName = databaseNameOfServers(uris.map((one) => databaseNameOfUri(one, database)));
  let own: OwnPools | undefined;
  const open = () => {
    own ??= openPools(uris, database, databaseName);
    return own;
  };
  const pools: Pools = {
    current: () => open().current(),
    lend: () => open().lend(),
    leave: (driver) => open().leave(driver),
  };
  const source = sourceOf(databaseName, pools, uris.length === 1 ? connectWaitMs(uri) : undefined);
  return {
    ...source,
    close: async () => {
      await source.close();
      await own?.end();
      own = undefined;
    },
  };
}

/** Where sessions come from. */
interface Pools {
  /** The pool that new calls use, if it is open. */
  readonly current: () => MysqlPool | undefined;
  readonly lend: () => Promise<MysqlPoolConnection>;
  /** Of several servers, another one is to be tried before the one of this session. */
  readonly leave: (driver: MysqlPoolConnection) => void;
}

const leaveNone = (): void => {};

interface OwnPools extends Pools {
  readonly end: () => Promise<unknown>;
}

function openPools(uris: readonly string[], database: string | undefined, databaseName: string): OwnPools {
  const openOn = (uri: string, more?: object) =>
    watched(createPool({ uri, ...(database !== undefined && { database }), ...more }) as unknown as OwnPool);
  if (uris.length > 1) return primaryPool(uris, databaseName, { open: (uri) => openOn(uri, hasty(uri)), isThere });
  const pool = openOn(uris[0] as string);
  return { current: () => pool, lend: () => pool.getConnection(), leave: leaveNone, end: () => pool.end() };
}

/** One of several servers is not waited for as long as the only one, unless the URI says how long. */
function hasty(uri: string): { readonly connectTimeout?: number } {
  return connectWaitMs(uri) === undefined ? { connectTimeout: patience } : {};
}

/** Whether a server answers and takes writes. One that takes no more sessions answers, too. */
async function isThere(uri: string): Promise<boolean> {
  try {
    const connection = await createConnection({ uri, ...hasty(uri) });
    await refuseReadOnly(connection);
    connection.destroy();
    return true;
  } catch (error) {
    return isOfServer(error) && !isOutOfCluster(error);
  }
}

/** A little more than it takes to learn that the server does not answer, because that error says more. */
function connectWaitMs(uri: string): number | undefined {
  const given = /[?&]connectTimeout=(\d+)/.exec(uri)?.[1];
  return given === undefined || given === "0" ? undefined : Number(given) + 100;
}

/** Uses the host's pool and leaves it open. */
export function poolSource(pool: MysqlPool | MysqlCallbacks<MysqlPool>, database: string | undefined): Source {
  const given = promised<MysqlPool>(pool);
  const lend = () => watched(given).getConnection();
  return sourceOf(databaseNameOfPool(given, database), { current: () => given, lend, leave: leaveNone });
}

function sourceOf(databaseName: string, pools: Pools, longestMs?: number): Source {
  let isClosed = false;
  const sessions = new WeakMap<object, Session>();
  const state = () => stateOf(pools.current());
  const lendDriver = lending({
    databaseName,
    sizeOption: "connectionLimit",
    state,
    lend: pools.lend,
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
    const connection = pooledConnection(driver, databaseName, session, context);
    return { driver, connection, leaveServer: () => pools.leave(driver) };
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

async function withLent<T>(lent: Lent, work: (connection: Connection) => Promise<T>): Promise<T> {
  try {
    const result = await work(lent.connection);
    lent.driver.release();
    return result;
  } catch (error) {
    await giveBack(lent, error);
    throw error;
  }
}

function openSession(driver: MysqlPoolConnection): Session {
  surviveLoss(driver);
  return newSession();
}

/** After an error, gives the connection back with no transaction open, or destroys it. */
export async function giveBack({ driver, leaveServer }: Lent, error: unknown): Promise<void> {
  const cause = isStorageError(error) ? error.cause : error;
  if (isBehind(error) || isOutOfCluster(cause)) leaveServer();
  const isOver = [isConnectionLost, isInterrupted, isUnprepared, isReadOnlySession, isOutOfCluster].some((is) =>
    is(cause),
  );
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
