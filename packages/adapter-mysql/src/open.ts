import { StorageError } from "@slotwright/core";
import { createPool } from "mysql2/promise";
import {
  type Connection,
  driverConnection,
  type MysqlCallbacks,
  type MysqlPool,
  type MysqlPoolConnection,
  promised,
} from "./connection.ts";
import { isConnectionLost, toStorageError } from "./errors.ts";

/** Where the adapter's own connections come from. Nothing is opened before the first call. */
export interface Source {
  /** Host, port and database, for messages. */
  readonly name: string;
  /** Lends a connection for one piece of work, in no transaction, and sees to what becomes of it afterwards. */
  readonly use: <T>(work: (connection: Connection) => Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
}

/** A server that the adapter opens a pool to on its first call, and closes. */
export function uriSource(uri: string, database: string | undefined): Source {
  let pool: (MysqlPool & { end(): Promise<void> }) | undefined;
  const name = nameOfUri(uri, database);
  const source = sourceOf(name, () => {
    pool ??= createPool({ uri, ...(database !== undefined && { database }) }) as unknown as typeof pool & MysqlPool;
    return pool;
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

/** The host's pool, which stays open. */
export function poolSource(pool: MysqlPool | MysqlCallbacks<MysqlPool>, database: string | undefined): Source {
  const given = promised<MysqlPool>(pool);
  return sourceOf(nameOfPool(given, database), () => given);
}

function sourceOf(name: string, poolOf: () => MysqlPool): Source {
  let state: "open" | "closed" = "open";
  const sessions = new WeakMap<object, Session>();
  return {
    name,
    use: async (work) => {
      if (state === "closed") throw closedError(name);
      const driver = await lent(poolOf, name);
      return withDriver(driver, sessions, name, work);
    },
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

/** What is known of a connection from its first use on. */
interface Session {
  /** Without it, every read begins a transaction that stays open, and sees what was when it began. */
  readonly autocommit: boolean;
}

async function withDriver<T>(
  driver: MysqlPoolConnection,
  sessions: WeakMap<object, Session>,
  name: string,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  try {
    const core = coreOf(driver);
    const session = sessions.get(core) ?? (await openSession(driver, name));
    sessions.set(core, session);
    const { autocommit } = session;
    const connection = driverConnection(driver, name);
    if (!autocommit) await connection.command("rollback");
    const result = await work(connection);
    if (!autocommit) await connection.command("rollback");
    driver.release();
    return result;
  } catch (error) {
    await giveBack(driver, error);
    throw error;
  }
}

async function openSession(driver: MysqlPoolConnection, name: string): Promise<Session> {
  surviveLoss(driver);
  const connection = driverConnection(driver, name);
  const [settings] = await connection.documents<{ readonly autocommit: number }>(
    "select convert(json_object('autocommit', @@autocommit + 0) using binary) as doc",
    [],
  );
  return { autocommit: settings?.autocommit === 1 };
}

/** After an error: with no transaction open, or not at all. */
async function giveBack(driver: MysqlPoolConnection, error: unknown): Promise<void> {
  const cause = error instanceof StorageError ? error.cause : error;
  if (isConnectionLost(cause) || (error instanceof StorageError && error.failure === "unknown")) {
    driver.destroy();
    return;
  }
  try {
    await driver.query({ sql: "rollback" } as never);
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

/** The same connection is lent in a new wrapper each time. */
function coreOf(driver: MysqlPoolConnection): object {
  return "connection" in driver && typeof driver.connection === "object" && driver.connection !== null
    ? driver.connection
    : driver;
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

function closedError(name: string): StorageError {
  return new StorageError("unavailable", `The adapter of the database ${name} was closed. Create a new one.`);
}
