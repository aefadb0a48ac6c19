import { type CallOptions, StorageError } from "@slotwright/core/adapter";
import type { Client, ClientBase, Pool, PoolClient, QueryResult, QueryResultRow } from "pg";
import { connectionError, storageError } from "./errors.ts";

/** Runs one statement on the connection that a call uses. Every value comes back as text, or null. */
export type Run = <Row extends QueryResultRow>(sql: string, values?: readonly unknown[]) => Promise<QueryResult<Row>>;

/** Parsers that the host has set, globally or for its pool, must not change a result. */
const types = { getTypeParser: () => String } as never;

const runOn =
  (client: ClientBase): Run =>
  (sql, values) =>
    client.query({ text: sql, types, ...(values && { values: [...values] }) });

/** A client of the pool, within the time that the call allows. One that arrives later goes back at once. */
export async function lend(pool: Pool, { connectWithinMs = 10_000 }: CallOptions = {}): Promise<PoolClient> {
  const connecting = pool.connect();
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), Math.min(connectWithinMs, longestTimerMs));
  });
  try {
    const client = await Promise.race([connecting, tooLate]);
    if (client !== undefined) return client;
  } catch (error) {
    throw connectionError(error);
  } finally {
    clearTimeout(timer);
  }
  connecting.then(
    (client) => client.release(),
    () => {},
  );
  throw new StorageError("transient", `${allInUse} Nothing was changed; try again.`, undefined, allInUse);
}

/** Timers that wait longer fire at once. */
const longestTimerMs = 2 ** 31 - 1;

const allInUse =
  "No connection of the pool became free in time. A transaction that is open meanwhile must call the engine through within().";

/**
 * Lends a connection of the pool to work. An error may have left a transaction or half an answer behind. The connection
 * is then closed, which rolls back, and is not given to the next caller.
 */
export async function onPool<T>(pool: Pool, work: (run: Run) => Promise<T>, call?: CallOptions): Promise<T> {
  const client = await lend(pool, call);
  // The pool listens only to idle clients. Without a listener, a connection that breaks now would end the process.
  const ignore = () => {};
  client.on("error", ignore);
  let failed = true;
  try {
    const result = await work(runOn(client));
    failed = false;
    return result;
  } catch (error) {
    throw storageError(error);
  } finally {
    client.removeListener("error", ignore);
    client.release(failed);
  }
}

const lastWork = new WeakMap<ClientBase, Promise<unknown>>();

/** Works on the host's connection, one call after another, because a host may make several at the same time. */
export async function onHost<T>(client: ClientBase, work: (run: Run) => Promise<T>): Promise<T> {
  if (!tells(client)) throw notInTransaction();
  const before = lastWork.get(client) ?? Promise.resolve();
  const result = before.then(() => {
    if (client.getTransactionStatus() === "I") throw notInTransaction();
    return work(runOn(client));
  });
  const settled = result.catch(() => {});
  lastWork.set(client, settled);
  return result.catch((error: unknown) => {
    throw storageError(error);
  });
}

/** A client of pg reports the state of its session since 8.23. A pool, or anything else a host may pass, does not. */
function tells(client: ClientBase | null | undefined): client is Client {
  return typeof (client as Partial<Client> | null | undefined)?.getTransactionStatus === "function";
}

function notInTransaction(): StorageError {
  return new StorageError("misused", "within() takes a client of pg on which BEGIN was run.");
}
