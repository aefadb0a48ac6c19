import { type CallOptions, StorageError } from "@slotwright/core/adapter";

/** What a pool tells of itself; null where it does not. */
export interface PoolState {
  readonly open: number | null;
  readonly inUse: number | null;
  /** Calls that wait, those of the host included. */
  readonly waiting: number | null;
}

/** A pool, as those see it who wait for its connections. */
export interface LendingPool<Lent> {
  /** Host, port and database, for messages. */
  readonly place: string;
  /** The driver's option for the most connections. */
  readonly sizeOption: string;
  readonly state: () => PoolState;
  readonly lend: () => Promise<Lent>;
  readonly giveBack: (lent: Lent) => void;
  /** Whether the pool refuses to let anybody wait, or to let this one wait any longer. */
  readonly refusesToWait: (error: unknown) => boolean;
  /** Milliseconds that nobody waits longer than, whatever a call allows. */
  readonly longestMs?: number;
}

type ShownPool = Pick<LendingPool<unknown>, "place" | "sizeOption" | "state">;

/** Lends a connection, in the time that the call allows. @throws StorageError, or what the driver throws */
export type Lend<Lent> = (call: CallOptions | undefined) => Promise<Lent>;

/** How long a call waits that says nothing of it. */
const defaultMs = 10_000;
const warnAfterMs = 1_000;
/** A warning for each call that waits would tell nothing new. */
const quietMs = 60_000;
/** Timers count no further. */
const longestTimerMs = 2 ** 31 - 1;

/** Bounds the wait for connections, which pools themselves do not, and says why it takes so long. */
export function lending<Lent>(pool: LendingPool<Lent>): Lend<Lent> {
  let quietUntil = Number.NEGATIVE_INFINITY;

  function warn({ onWarning }: CallOptions, waitedMs: number): void {
    const { inUse, waiting } = pool.state();
    if (onWarning === undefined || waiting === 0 || performance.now() < quietUntil) return;
    quietUntil = performance.now() + quietMs;
    const message = `A call has waited ${waitedMs} ms for a connection to the database ${pool.place}. ${problemOf(pool)}`;
    onWarning({ code: "connections_exhausted", message, details: { inUse, waiting, waitedMs } });
  }

  return (call = {}) => {
    // Lent at once, so that nothing has to be watched.
    if (hasIdle(pool.state())) return pool.lend();
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
      // The one who waited has gone: the next one gets it.
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
    `The server of the database ${pool.place} did not open a connection within ${waitedMs} ms. Nothing was changed; try again, and check that it runs and is not overloaded.`,
  );
}

function exhausted(pool: ShownPool, waitedMs: number, cause?: unknown): StorageError {
  const problem = problemOf(pool);
  const message = `No connection to the database ${pool.place} became free within ${Math.round(waitedMs)} ms. ${problem} Nothing was changed; try again.`;
  return new StorageError("transient", message, cause, problem);
}

/** Its reader may be a caller: it names no host. */
function problemOf({ state, sizeOption }: ShownPool): string {
  const { inUse, waiting } = state();
  const all = inUse === null ? "All connections" : `All ${inUse} connections`;
  const others = waiting === null ? "" : `, and ${waiting} ${waiting === 1 ? "call waits" : "calls wait"} for one`;
  return `${all} of the pool are in use${others}. A transaction of your own that is open meanwhile must call the engine through within(transaction), or the one that transaction() gives to its callback: otherwise it keeps the connection that the engine waits for. Where none is open, make the pool larger (${sizeOption}).`;
}
