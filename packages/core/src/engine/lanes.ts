import { isStorageError, StorageError } from "../storage/storage-error.ts";

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
  /** Told of a batch that has been answered, before the next one is taken. */
  readonly onAnswered?: (batch: readonly Call<Request, Answer>[]) => void;
}

/**
 * A batch that takes longer, in milliseconds, mostly waits for a lock, perhaps of a host's transaction that stays open for
 * seconds, and perhaps until the host has another answer of ours: it must not keep others waiting.
 */
const slowMs = 100;

/** Each has a connection of the pool. */
const mostSlow = 8;

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
    sendNext();
  }

  function sendNext(): void {
    while (waiting.length > 0 && quick < options.lanes && (quick === 0 || waiting.length >= options.batchSize)) {
      const batch = take(waiting);
      if (batch.length === 0) return;
      void send(batch);
    }
  }

  async function send(batch: readonly Call<Request, Answer>[]): Promise<void> {
    let isSlow = false;
    // Again and again: where there are as many slow ones as may be, until one of them ends.
    const timer = setInterval(() => {
      if (slow === mostSlow) return;
      clearInterval(timer);
      isSlow = true;
      slow += 1;
      quick -= 1;
      sendNext();
    }, slowMs);
    (timer as { unref?: () => void }).unref?.();
    quick += 1;
    await runApart(batch, run);
    clearInterval(timer);
    if (isSlow) slow -= 1;
    else quick -= 1;
    onAnswered(batch);
    sendNext();
  }

  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        // Those that gather do not wait for the database yet.
        if (waiting.length >= options.queueLimit) sendNext();
        if (waiting.length >= options.queueLimit) return reject(new QueueFullError(options.queueLimit));
        waiting.push({ request, resolve, reject });
        void gather();
      }),
  };
}

/**
 * A batch that fails as a whole is taken apart, in halves, so that no call fails for what is wrong with another. Both halves
 * at once: if each attempt waits for a lock or for a connection until it gives up, a few waits follow each other, not one
 * for each call.
 */
async function runApart<Request, Answer>(
  batch: readonly Call<Request, Answer>[],
  run: (requests: readonly Request[]) => Promise<readonly Answer[]>,
): Promise<void> {
  try {
    const answers = await run(batch.map(({ request }) => request));
    for (const [index, { resolve }] of batch.entries()) resolve(answers[index] as Answer);
  } catch (error) {
    if (batch.length === 1 || concernsAll(error)) {
      for (const { reject } of batch) reject(error);
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    await Promise.all([runApart(batch.slice(0, middle), run), runApart(batch.slice(middle), run)]);
  }
}

/** The database is away, or the connection was lost around the commit: nothing is wrong with any one call. */
function concernsAll(error: unknown): boolean {
  return isStorageError(error) && error.failure !== "transient";
}
