import { isStorageError, StorageError, type StorageFailure } from "../storage/storage-error.ts";
import { outsideOfCallers } from "./outside-of-callers.ts";
import type { Selection } from "./select.ts";

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
export interface Call<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

export interface Lanes<Waiting> {
  /** Adds a call to the queue, which is answered by its `resolve` or `reject`. Never rejects itself. */
  readonly add: (call: Waiting) => Promise<void>;
}

export interface LanesOf<Waiting, Answer> {
  readonly options: CoalesceOptions;
  /** Which calls of the queue, the oldest first, go out next; none if all have to wait for those under way. */
  readonly select: (queue: readonly Waiting[]) => Selection<Waiting, Answer>;
  /** Sends a batch. The answers are in the order of its calls. */
  readonly send: (batch: readonly Waiting[]) => Promise<readonly Answer[]>;
  /** Hears of a batch, or a part of it, that has been answered, before the next one is selected. */
  readonly onAnswered?: (batch: readonly Waiting[]) => void;
}

/**
 * A batch that takes longer, in milliseconds, usually waits for a lock, perhaps of a host's transaction that stays open for
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
export function createLanes<Waiting extends Call<Answer>, Answer>(of: LanesOf<Waiting, Answer>): Lanes<Waiting> {
  const { options, select, send, onAnswered = () => {} } = of;
  let queue: Waiting[] = [];
  let quick = 0;
  let slow = 0;
  let gathers = false;

  async function add(call: Waiting): Promise<void> {
    // Those that gather do not wait for the database yet.
    if (queue.length >= options.queueLimit) outsideOfCallers(sendNext);
    if (queue.length >= options.queueLimit) return call.reject(new QueueFullError(options.queueLimit));
    queue.push(call);
    if (gathers) return;
    gathers = true;
    // Not queueMicrotask, which Node makes an asynchronous resource for.
    await undefined;
    gathers = false;
    outsideOfCallers(sendNext);
  }

  /** Never throws: what does would leave calls in the queue forever. */
  function sendNext(): void {
    try {
      while (queue.length > 0 && quick < options.lanes && (quick === 0 || queue.length >= options.batchSize)) {
        const { batch, rest, lost } = select(queue);
        queue = rest;
        for (const { call, answer } of lost) call.resolve(answer);
        if (batch.length === 0) return;
        void sendBatch(batch);
      }
    } catch (error) {
      const all = queue;
      queue = [];
      rejectAll(all, error);
    }
  }

  async function sendBatch(batch: readonly Waiting[]): Promise<void> {
    quick += 1;
    let close = () => {
      quick -= 1;
    };
    try {
      close = watchLane();
      await send(batch).then(answersTo(batch), failureOf(batch));
    } catch (error) {
      rejectAll(batch, error);
      makeRoom(batch);
    }
    close();
    sendNext();
  }

  /** Never throws, as what is to be done here may be what threw. */
  function makeRoom(batch: readonly Waiting[]): void {
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

  function answersTo(batch: readonly Waiting[]) {
    return (answers: readonly Answer[]): void => {
      for (const [index, { resolve }] of batch.entries()) resolve(answers[index] as Answer);
      onAnswered(batch);
    };
  }

  /** A batch that fails as a whole is taken apart, so that no call fails for what is wrong with another. */
  function failureOf(batch: readonly Waiting[]) {
    return async (error: unknown): Promise<void> => {
      if (batch.length > 1 && !concernsAll(error)) {
        await Promise.all(partsAfter(batch, error).map(sendPart));
        return;
      }
      rejectAll(batch, error);
      onAnswered(batch);
    };
  }

  /** All parts at once. Each makes room when it is answered, so that one that waits for a lock keeps nobody else waiting. */
  async function sendPart(part: readonly Waiting[]): Promise<void> {
    await send(part).then(answersTo(part), failureOf(part));
    sendNext();
  }

  return { add };
}

/** Those that have been answered stay so. */
function rejectAll(calls: readonly Pick<Call<never>, "reject">[], error: unknown): void {
  for (const { reject } of calls) reject(error);
}

/**
 * After a wait in vain, one by one: one of them waits for a lock, perhaps again, and the others are not to share another
 * wait with it. After anything else in halves, which finds the one to blame in fewer attempts.
 */
function partsAfter<Waiting>(batch: readonly Waiting[], error: unknown): readonly (readonly Waiting[])[] {
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
