import { type CallOptions, StorageError } from "@slotwright/core/adapter";

/** What a pool reports about itself. A field is null if the pool does not report it. */
export interface PoolState {
  readonly open: number | null;
  readonly inUse: number | null;
  /** Waiting calls, including the host's own. */
  readonly waiting: number | null;
}

/** What callers that wait for a connection need to know about its pool. */
export interface LendingPool<Lent> {
  /** Host, port and database, for messages. */
  readonly databaseName: string;
  /** The driver's option for the size of the pool. */
  readonly sizeOption: string;
  readonly state: () => PoolState;
  readonly lend: () => Promise<Lent>;
  readonly giveBack: (lent: Lent) => void;
  /** Whether the error says that the pool refuses to let this call wait, or to let it wait any longer. */
  readonly refusesToWait: (error: unknown) => boolean;
  /** Whether another connection may be opened in place of an idle one, which takes time. */
  readonly mayReplaceIdle?: boolean;
  /** The longest wait in milliseconds, whatever a call allows. */
  readonly longestMs?: number;
}

type ShownPool = Pick<LendingPool<unknown>, "databaseName" | "sizeOption" | "state">;

/** Lends a connection, within the time that the call allows. @throws StorageError, or what the driver throws */
export type Lend<Lent> = (call: CallOptions | undefined) => Promise<Lent>;

/** The wait of a call that sets no budget. */
const defaultMs = 10_000;
const warnAfterMs = 1_000;
/** A warning is not repeated within this time. */
const quietMs = 60_000;
/** The longest delay that a timer accepts. */
const longestTimerMs = 2 ** 31 - 1;

/** Bounds the wait for a connection, which pools do not do themselves, and explains a long wait. */
export function lending<Lent>(pool: LendingPool<Lent>): Lend<Lent> {
  let quietUntil = Number.NEGATIVE_INFINITY;

  function warn({ onWarning }: CallOptions, waitedMs: number): void {
    const { inUse, waiting } = pool.state();
    if (onWarning === undefined || waiting === 0 || performance.now() < quietUntil) return;
    quietUntil = performance.now() + quietMs;
    const message = `A call has waited ${waitedMs} ms for a connection to the database ${pool.databaseName}. ${poolProblem(pool)}`;
    onWarning({ code: "connections_exhausted", message, details: { inUse, waiting, waitedMs } });
  }

  return (call = {}) => {
    // An idle connection is lent at once, without timers.
    if (!pool.mayReplaceIdle && hasIdle(pool.state())) return pool.lend();
    return inTime(pool, call.connectWithinMs ?? defaultMs, (waitedMs) => warn(call, waitedMs));
  };
}

function hasIdle({ open, inUse, waiting }: PoolState): boolean {
  return open !== null && inUse !== null && open > inUse && waiting === 0;
}

function inTime<Lent>(pool: LendingPool<Lent>, allowedMs: number, warn: (waitedMs: number) => void): Promise<Lent> {
  const withinMs = Math.min(allowedMs, pool.longestMs ?? longestTimerMs, longestTimerMs);
  const started = performance.now();
  return new Promise((resolve, reject) => {
    let isOver = false;
    const lent = pool.lend();
    let timer = setTimeout(look, Math.min(withinMs, warnAfterMs));

    function look(): void {
      const waitedMs = Math.round(performance.now() - started);
      const leftMs = withinMs - waitedMs;
      isOver = leftMs < 1;
      if (isOver) {
        reject(tooLate(pool, waitedMs));
        return;
      }
      warn(waitedMs);
      timer = setTimeout(look, leftMs);
    }

    const came = (connection: Lent) => {
      clearTimeout(timer);
      // The caller has given up, so the next one gets the connection.
      if (isOver) pool.giveBack(connection);
      else resolve(connection);
    };
    lent.then(came, (error: unknown) => {
      clearTimeout(timer);
      reject(pool.refusesToWait(error) ? exhausted(pool, performance.now() - started, error) : error);
    });
  });
}

function tooLate(pool: ShownPool, waitedMs: number): StorageError {
  if (pool.state().waiting !== 0) return exhausted(pool, waitedMs);
  return new StorageError(
    "transient",
    `The server of the database ${pool.databaseName} did not open a connection within ${waitedMs} ms. Nothing was changed; try again, and check that the server runs and is not overloaded.`,
  );
}

function exhausted(pool: ShownPool, waitedMs: number, cause?: unknown): StorageError {
  const problem = poolProblem(pool);
  const message = `No connection to the database ${pool.databaseName} became free within ${Math.round(waitedMs)} ms. ${problem} Nothing was changed; try again.`;
  return new StorageError("transient", message, cause, problem);
}

/** The message may reach a caller, so it names no host. */
function poolProblem({ state, sizeOption }: ShownPool): string {
  const { inUse, waiting } = state();
  const all = inUse === null ? "All connections" : `All ${inUse} connections`;
  const others = waiting === null ? "" : `, and ${waiting} ${waiting === 1 ? "call waits" : "calls wait"} for one`;
  return `${all} of the pool are in use${others}. While a transaction of your own is open, call the engine through within(transaction), or use the engine that transaction() passes to its callback. Otherwise the transaction keeps the connection that the engine waits for. If no transaction is open, make the pool larger (${sizeOption}).`;
}
