import { adapterClosed } from "@slotwright/adapter-sql";
import { isStorageError, StorageError } from "@slotwright/core";
import { createPool } from "mysql2/promise";
import {
  type Connection,
  coreOf,
  type MysqlCallbacks,
  type MysqlPool,
  type MysqlPoolConnection,
  promised,
} from "./connection.ts";
import { isConnectionLost, isUnprepared, toStorageError } from "./errors.ts";
import { newSession, pooledConnection, type Session } from "./pooled-connection.ts";
import { rollback } from "./transaction-commands.ts";

/** Where the adapter's own connections come from. Nothing is opened before the first call. */
export interface Source {
  /** Host, port and database, for messages. */
  readonly name: string;
  /** Lends a connection for one piece of work, in no transaction, and sees to what becomes of it afterwards. */
  readonly use: <T>(work: (connection: Connection) => Promise<T>) => Promise<T>;
  /** Lends a connection until it is released, or given back after an error. */
  readonly lend: () => Promise<Lent>;
  readonly close: () => Promise<void>;
}

export interface Lent {
  readonly driver: MysqlPoolConnection;
  readonly connection: Connection;
}

/** A server that the adapter opens a pool to on its first call, and closes. */
export function uriSource(uri: string, database: string | undefined): Source {
  let pool: OwnPool | undefined;
  const name = nameOfUri(uri, database);
  const source = sourceOf(name, () => {
    pool ??= createPool({ uri, ...(database !== undefined && { database }) }) as unknown as OwnPool;
    return inTime(pool, name);
  });
  return {
    ...source,
    close: async () => {
      await source.close();
      await pool?.end();
      pool = undefined;
    },
  };
}

interface OwnPool extends MysqlPool, PoolSettings {
  end(): Promise<void>;
}

/** The pool itself waits without end for a connection that somebody gives back. Ours waits as long as for a new one. */
function inTime(pool: OwnPool, name: string): MysqlPool {
  const longest = pool.pool?.config?.connectionConfig?.connectTimeout ?? 0;
  if (longest === 0) return pool;
  return {
    getConnection: () =>
      new Promise((resolve, reject) => {
        let isTooLate = false;
        const giveUp = () => {
          isTooLate = true;
          reject(busyPool(name, longest));
        };
        // A little more than it takes to learn that the server does not answer, which says more.
        const timer = setTimeout(giveUp, longest + 100);
        const came = (connection: MysqlPoolConnection) => {
          // Nobody waits for it any more: the next one gets it.
          if (isTooLate) connection.release();
          resolve(connection);
        };
        void pool
          .getConnection()
          .then(came, reject)
          .finally(() => clearTimeout(timer));
      }),
  };
}

function busyPool(name: string, longest: number): StorageError {
  return new StorageError(
    "transient",
    `No connection to the database ${name} became free within ${longest} ms. Nothing was changed; try again, or allow more connections or more time, by connectionLimit or connectTimeout in the URI.`,
  );
}

/** The host's pool, which stays open. */
export function poolSource(pool: MysqlPool | MysqlCallbacks<MysqlPool>, database: string | undefined): Source {
  const given = promised<MysqlPool>(pool);
  return sourceOf(nameOfPool(given, database), () => given);
}

function sourceOf(name: string, poolOf: () => MysqlPool): Source {
  let state: "open" | "closed" = "open";
  const sessions = new WeakMap<object, Session>();
  const lend = async (): Promise<Lent> => {
    if (state === "closed") throw adapterClosed(name);
    const driver = await lent(poolOf, name);
    const core = coreOf(driver);
    const session = sessions.get(core) ?? openSession(driver);
    sessions.set(core, session);
    return { driver, connection: pooledConnection(driver, name, session) };
  };
  return {
    name,
    use: async (work) => withLent(await lend(), work),
    lend,
    close: async () => {
      state = "closed";
    },
  };
}

async function lent(poolOf: () => MysqlPool, name: string): Promise<MysqlPoolConnection> {
  try {
    return await poolOf().getConnection();
  } catch (error) {
    throw toStorageError(error, { name, during: "connect" });
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

/** After an error: with no transaction open, or not at all. */
export async function giveBack(driver: MysqlPoolConnection, error: unknown): Promise<void> {
  const cause = isStorageError(error) ? error.cause : error;
  if (isStorageError(error, "unknown") || isConnectionLost(cause) || isUnprepared(cause)) {
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
 * A connection that dies while it is lent may report so more than once, and the pool listens once: an "error" that
 * nobody listens to would end the process. What was running on it fails by itself.
 */
function surviveLoss(driver: MysqlPoolConnection): void {
  const core = coreOf(driver) as { on?: (event: "error", listener: () => void) => void };
  core.on?.("error", () => {});
}

function nameOfUri(uri: string, database: string | undefined): string {
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
  /** In milliseconds; 0 is no limit. */
  readonly connectTimeout?: number;
}

function nameOfPool(pool: MysqlPool & PoolSettings, database: string | undefined): string {
  return nameOf(pool.pool?.config?.connectionConfig, database);
}

/** What a connection is called in messages; never with its user or password. */
function nameOf(settings: ConnectionSettings | undefined, database: string | undefined): string {
  if (settings === undefined) return database ?? "(of the host)";
  const where = settings.socketPath ?? `${settings.host ?? "localhost"}:${settings.port ?? 3306}`;
  return `${where}/${database ?? settings.database ?? ""}`;
}
