import { isStorageError, StorageError, type StorageFailure } from "../storage/storage-error.ts";
import { outsideOfCallers } from "./outside-of-callers.ts";

/** How calls that are made at the same time are sent together. */
export interface CoalesceOptions {
  /** Calls that go out together at most, those that want the same record once more aside. Default 32. 1 sends each by itself. */
  readonly batchSize: number;
  /** Batches that are under way at the same time at most, slow ones aside. Default 3. */
  readonly lanes: number;
  /** Calls that wait at most; one more is refused with `storage_busy`. Default 10 000. */
  readonly queueLimit: number;
}

/** Certainly not applied, and there is no use in waiting: others wait already. */
export class QueueFullError extends StorageError {
  readonly queueLimit: number;

  constructor(queueLimit: number) {
    super("transient", `${queueLimit} calls wait for the database already. Send fewer at a time, or try again later.`);
    this.queueLimit = queueLimit;
  }
}

export function isQueueFull(error: unknown): boolean {
  return isStorageError(error) && "queueLimit" in error;
}

/** A call that waits, or is under way. */
export interface Call<Request, Answer> {
  readonly request: Request;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

export interface Lanes<Request, Answer> {
  readonly send: (request: Request) => Promise<Answer>;
}

export interface LanesOf<Request, Answer> {
  readonly options: CoalesceOptions;
  /** Takes the calls that go out next off the queue, the oldest first; none if all have to wait for those under way. */
  readonly take: (waiting: Call<Request, Answer>[]) => readonly Call<Request, Answer>[];
  readonly run: (requests: readonly Request[]) => Promise<readonly Answer[]>;
  /** Hears of a batch, or a part of it, that has been answered, before the next one is taken. */
  readonly onAnswered?: (batch: readonly Call<Request, Answer>[]) => void;
}

/**
 * A batch that takes longer, in milliseconds, usually waits for a lock, perhaps of a host's transaction that stays open for
 * seconds, and perhaps until the host has another answer of ours: it must not keep others waiting.
 */
const slowMs = 100;

/** Each has a connection of the pool. */
const mostSlow = 8;

type Batch<Request, Answer> = readonly Call<Request, Answer>[];

/**
 * Sends a lone call at once: the microtask that it waits is over before anything else can happen, and gathers those that
 * are called in the same moment, such as all that were answered together. Calls that are made while one is under way
 * wait for it, and then go out together; a further lane opens only for a full batch, or beside slow ones.
 */
export function createLanes<Request, Answer>(of: LanesOf<Request, Answer>): Lanes<Request, Answer> {
  const { options, take, run, onAnswered = () => {} } = of;
  const waiting: Call<Request, Answer>[] = [];
  let quick = 0;
  let slow = 0;
  let gathers = false;

  // Not queueMicrotask, which Node makes an asynchronous resource for.
  async function gather(): Promise<void> {
    if (gathers) return;
    gathers = true;
    await undefined;
    gathers = false;
    outsideOfCallers(sendNext);
  }

  /** Never throws: what does would leave calls in the queue for ever. */
  function sendNext(): void {
    try {
      while (waiting.length > 0 && quick < options.lanes && (quick === 0 || waiting.length >= options.batchSize)) {
        const batch = take(waiting);
        if (batch.length === 0) return;
        void send(batch);
      }
    } catch (error) {
      rejectAll(waiting.splice(0), error);
    }
  }

  async function send(batch: Batch<Request, Answer>): Promise<void> {
    quick += 1;
    let close = () => {
      quick -= 1;
    };
    try {
      close = watchLane();
      await runApart(batch);
    } catch (error) {
      rejectAll(batch, error);
      makeRoom(batch);
    }
    close();
    sendNext();
  }

  /** Never throws, as what is to be done here may be what threw. */
  function makeRoom(batch: Batch<Request, Answer>): void {
    try {
      onAnswered(batch);
    } catch {
      // Its calls have been rejected with it.
    }
  }

  /** Opens another lane beside one that turns out to be slow. The answer closes it. */
  function watchLane(): () => void {
    let isSlow = false;
    // Again and again: where there are as many slow ones as may be, until one of them ends.
    const timer = globalThis.setInterval?.(() => {
      if (slow === mostSlow) return;
      clearInterval(timer);
      isSlow = true;
      slow += 1;
      quick -= 1;
      sendNext();
    }, slowMs);
    // A number in jsdom and in Electron's renderer.
    (timer as { unref?: () => void } | undefined)?.unref?.();
    return () => {
      clearInterval(timer);
      if (isSlow) slow -= 1;
      else quick -= 1;
    };
  }

  /** A batch that fails as a whole is taken apart, so that no call fails for what is wrong with another. */
  async function runApart(batch: Batch<Request, Answer>): Promise<void> {
    let answers: readonly Answer[];
    try {
      answers = await run(batch.map(({ request }) => request));
    } catch (error) {
      if (batch.length > 1 && !concernsAll(error)) return runParts(partsAfter(batch, error));
      rejectAll(batch, error);
      return onAnswered(batch);
    }
    for (const [index, { resolve }] of batch.entries()) resolve(answers[index] as Answer);
    onAnswered(batch);
  }

  /** All at once. Each part makes room when it is answered, so that one that waits for a lock keeps nobody else waiting. */
  async function runParts(parts: readonly Batch<Request, Answer>[]): Promise<void> {
    const run = async (part: Batch<Request, Answer>) => {
      await runApart(part);
      sendNext();
    };
    await Promise.all(parts.map(run));
  }

  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        // Those that gather do not wait for the database yet.
        if (waiting.length >= options.queueLimit) outsideOfCallers(sendNext);
        if (waiting.length >= options.queueLimit) return reject(new QueueFullError(options.queueLimit));
        waiting.push({ request, resolve, reject });
        void gather();
      }),
  };
}

/** Those that have been answered stay so. */
function rejectAll(calls: readonly Pick<Call<never, never>, "reject">[], error: unknown): void {
  for (const { reject } of calls) reject(error);
}

/**
 * After a wait in vain, one by one: one of them waits for a lock, perhaps again, and the others are not to share another
 * wait with it. After anything else in halves, which finds the one to blame in fewer attempts.
 */
function partsAfter<Request, Answer>(batch: Batch<Request, Answer>, error: unknown): readonly Batch<Request, Answer>[] {
  if (isStorageError(error, "transient")) return batch.map((call) => [call]);
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)];
}

/** The database is away, no connection is free, or it was lost around the commit: nothing is wrong with any one call. */
function concernsAll(error: unknown): boolean {
  if (!isStorageError(error)) return false;
  return error.poolProblem !== undefined || !aboutOne.includes(error.failure);
}

/** What lacks in the database may be what the host's trigger needs, which only one call has set off. */
const aboutOne: readonly StorageFailure[] = ["transient", "refused", "schema_outdated"];
