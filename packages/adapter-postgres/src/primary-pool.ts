import { StorageError } from "@slotwright/core/adapter";
import { Client, type ClientBase, type ClientConfig, Pool, type PoolClient, type PoolConfig } from "pg";
import type { PostgresPool, PostgresPoolClient } from "./connection.ts";
import { isPoolEnded, isPoolExhausted } from "./errors.ts";

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
  let place = 0;
  // pg calls it with `new`, and gets the object that it returns.
  function ClientOfPlace(config: ClientConfig): Client {
    return new Client({ ...config, connectionString: urls[place] as string, connectionTimeoutMillis: patience });
  }
  const pool = new Pool({
    ...options,
    Client: ClientOfPlace as unknown as new () => ClientBase,
    verify: refuseStandby,
  });
  const connect = async (): Promise<PostgresPoolClient> => {
    const failures: unknown[] = [];
    // A call that waited for another one's session may find that the place has moved on meanwhile.
    while (failures.length < 2 * urls.length) {
      const tried = place;
      try {
        return (await pool.connect()) as PostgresPoolClient;
      } catch (error) {
        if (isPoolExhausted(error) || isPoolEnded(error)) throw error;
        failures.push(error);
        if (place === tried) place = (tried + 1) % urls.length;
      }
    }
    throw failures.some(isStandby) ? noPrimary(databaseName, failures) : failures[0];
  };
  return { pool, connect };
}

/** The same question as libpq's, for `target_session_attrs=read-write`. */
const question = { text: "show transaction_read_only", query_timeout: patience };

function refuseStandby(client: PoolClient, done: (error?: Error) => void): void {
  client.query<{ transaction_read_only: string }>(question).then(
    ({ rows: [row] }) => done(row?.transaction_read_only === "on" ? standby() : undefined),
    (error: Error) => done(error),
  );
}

const standbys = new WeakSet<object>();

function standby(): Error {
  const error = new Error("The server takes no writes.");
  standbys.add(error);
  return error;
}

const isStandby = (error: unknown): boolean => standbys.has(error as object);

function noPrimary(databaseName: string, failures: readonly unknown[]): StorageError {
  const others = failures.filter((error) => !isStandby(error));
  return new StorageError(
    "transient",
    `No server of the database ${databaseName} takes writes: those that answered are standbys, or read-only for this role. A failover may be under way. Nothing was changed; try again, and promote a standby if none takes over by itself.`,
    others[0],
  );
}
