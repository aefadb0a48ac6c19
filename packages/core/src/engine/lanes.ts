import { isStorageError, StorageError, type StorageFailure } from "../storage/storage-error.ts";
import { outsideOfCallers } from "./outside-of-callers.ts";
import type { Selection } from "./select.ts";

/** How calls of the same moment are sent together. */
export interface CoalesceOptions {
  /**
   * The most calls that go out together, except for further calls for the same record. Default 32. 1 sends each by
   * itself.
   */
  readonly batchSize: number;
  /** The most batches under way at the same time, except for slow ones. Default 3. */
  readonly lanes: number;
  /** The most calls that wait. One more is refused with `storage_busy`. Default 10 000. */
  readonly queueLimit: number;
}

/** Certainly not applied. Waiting is of no use, because others wait already. */
class QueueFullError extends StorageError {
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
  /** Adds a call to the queue. Its `resolve` or `reject` answers it. Never rejects itself. */
  readonly add: (call: Waiting) => Promise<void>;
}

export interface LanesOf<Waiting, Answer> {
  readonly options: CoalesceOptions;
  /** Which calls of the queue go out next, oldest first. None if all have to wait for those under way. */
  readonly select: (queue: readonly Waiting[]) => Selection<Waiting, Answer>;
  /** Whether the queue makes up a full batch. Default: if it has as many calls as a batch. */
  readonly isFull?: (queue: readonly Waiting[]) => boolean;
  /** Sends a batch. The answers are in the order of its calls. */
  readonly send: (batch: readonly Waiting[]) => Promise<readonly Answer[]>;
  /** Called when a batch, or a part of it, has been answered, before the next one is selected. */
  readonly onAnswered?: (batch: readonly Waiting[]) => void;
}

/**
 * A batch that takes longer, in milliseconds, usually waits for a lock. A host's transaction may hold the lock for
 * seconds, perhaps until the host gets another answer from us. Such a batch must not keep others waiting.
 */
const slowMs = 100;

/** The most slow batches. Each uses a connection of the pool. */
const mostSlow = 8;

/** A batch that has not been answered. */
interface UnderWay {
  /** As `performance.now()` counts. */
  readonly since: number;
  isSlow: boolean;
}

/**
 * Sends a lone call at once. The microtask that it waits is over before anything else can happen. It gathers the calls
 * of the same moment, such as those of callers that were answered together. Calls made while another is under way wait
 * for it, and then go out together. A further lane opens only for a full batch, or beside slow ones.
 */
export function createLanes<Waiting extends Call<Answer>, Answer>(of: LanesOf<Waiting, Answer>): Lanes<Waiting> {
  const { options, select, send, onAnswered = () => {} } = of;
  const { isFull = (queue) => queue.length >= options.batchSize } = of;
  let queue: Waiting[] = [];
  let quick = 0;
  let slow = 0;
  let gathers = false;
  const underWay = new Set<UnderWay>();
  let watch: ReturnType<typeof setInterval> | undefined;

  async function add(call: Waiting): Promise<void> {
    // Gathering calls do not wait for the database yet.
    if (queue.length >= options.queueLimit) outsideOfCallers(sendNext);
    if (queue.length >= options.queueLimit) return call.reject(new QueueFullError(options.queueLimit));
    queue.push(call);
    if (gathers) return;
    gathers = true;
    // Not queueMicrotask: Node makes an asynchronous resource for it.
    await undefined;
    gathers = false;
    outsideOfCallers(sendNext);
  }

  /** Never throws: an error here would leave calls in the queue forever. */
  function sendNext(): void {
    try {
      while (queue.length > 0 && quick < options.lanes && (quick === 0 || isFull(queue))) {
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
    const lane = { since: performance.now(), isSlow: false };
    quick += 1;
    underWay.add(lane);
    try {
      watchLanes();
      await send(batch).then(answersTo(batch), failureOf(batch));
    } catch (error) {
      rejectAll(batch, error);
      makeRoom(batch);
    }
    underWay.delete(lane);
    if (lane.isSlow) slow -= 1;
    else quick -= 1;
    sendNext();
  }

  /** Never throws, because it also runs after `onAnswered` itself has thrown. */
  function makeRoom(batch: readonly Waiting[]): void {
    try {
      onAnswered(batch);
    } catch {
      // The calls of the batch have been rejected with this error.
    }
  }

  /** One timer for all batches: making one for each costs more than the rest of the queue. */
  function watchLanes(): void {
    if (watch !== undefined) return;
    watch = globalThis.setInterval?.(lookAtLanes, slowMs / 2);
    // A number in jsdom and in Electron's renderer.
    (watch as { unref?: () => void } | undefined)?.unref?.();
  }

  /** Opens another lane beside each that turns out to be slow, as long as there are not too many of them. */
  function lookAtLanes(): void {
    if (underWay.size === 0) {
      clearInterval(watch);
      watch = undefined;
      return;
    }
    const slowSince = performance.now() - slowMs;
    for (const lane of underWay) {
      if (lane.isSlow || lane.since > slowSince || slow === mostSlow) continue;
      lane.isSlow = true;
      slow += 1;
      quick -= 1;
      sendNext();
    }
  }

  function answersTo(batch: readonly Waiting[]) {
    return (answers: readonly Answer[]): void => {
      for (const [index, { resolve }] of batch.entries()) resolve(answers[index] as Answer);
      onAnswered(batch);
    };
  }

  /** Takes a batch apart that fails as a whole, so that no call fails because of another one. */
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

  /** Sends all parts at once. Each makes room when it is answered, so a part that waits for a lock delays no others. */
  async function sendPart(part: readonly Waiting[]): Promise<void> {
    await send(part).then(answersTo(part), failureOf(part));
    sendNext();
  }

  return { add };
}

/** Calls that have been answered stay answered. */
function rejectAll(calls: readonly Pick<Call<never>, "reject">[], error: unknown): void {
  for (const { reject } of calls) reject(error);
}

/**
 * After a wait in vain, the calls go one by one: one of them waits for a lock, perhaps again, and the others must not
 * share another wait with it. After any other failure they go in halves, which finds the one at fault in fewer
 * attempts.
 */
function partsAfter<Waiting>(batch: readonly Waiting[], error: unknown): readonly (readonly Waiting[])[] {
  if (isStorageError(error, "transient")) return batch.map((call) => [call]);
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)];
}

/**
 * The database is away, no connection is free, or the connection was lost around the commit. No single call is at
 * fault.
 */
function concernsAll(error: unknown): boolean {
  if (!isStorageError(error)) return false;
  return error.poolProblem !== undefined || !aboutOne.includes(error.failure);
}

/** What the database lacks may be what a host's trigger needs, and only one call has set that off. */
const aboutOne: readonly StorageFailure[] = ["transient", "refused", "schema_outdated"];
