import { BookingError, isBookingError } from "../errors/index.ts";
import type { OpenTransaction } from "../storage/adapter.ts";
import { isStorageError, StorageError } from "../storage/storage-error.ts";
import type { EngineStorage } from "./engine-storage.ts";
import type { EngineSettings } from "./options.ts";
import { patienceOf } from "./retry.ts";
import { asBookingError } from "./storage-failures.ts";

/** What the host's callback works with: its transaction, and the storage within it. */
export interface Opened {
  readonly transaction: unknown;
  readonly storage: EngineStorage;
}

/**
 * Runs the work between BEGIN and COMMIT, and runs all of it again if another transaction was in the way.
 * @throws BookingError, and whatever the work throws
 */
export async function runTransaction<Result>(
  settings: EngineSettings,
  work: (opened: Opened) => Promise<Result>,
): Promise<Result> {
  refuseWithin(settings);
  const patience = patienceOf(settings, null);
  let another: OpenTransaction<unknown> | undefined;
  for (;;) {
    const begun = another ?? (await begin(settings, patience.until));
    const attempt = "cause" in begun ? begun : await attemptTransaction(settings.storage, begun, work);
    if ("result" in attempt) {
      settings.noteAnswer();
      settings.feedTail.notice();
      return attempt.result;
    }
    another = attempt.another;
    if (another === undefined) await patience.pause(attempt.cause);
  }
}

/** A result, or the reason to run all of it again, perhaps with the transaction to do so in. */
type Attempt<Result> = { readonly result: Result } | Repetition;

interface Repetition {
  readonly cause: unknown;
  readonly another?: OpenTransaction<unknown>;
}

async function attemptTransaction<Result>(
  storage: EngineStorage,
  open: OpenTransaction<unknown>,
  work: (opened: Opened) => Promise<Result>,
): Promise<Attempt<Result>> {
  const inside = closable(storage.within(open.transaction));
  let result: Result;
  try {
    result = await work({ transaction: open.transaction, storage: inside.storage });
  } catch (error) {
    await inside.close();
    const repetition = await rollBack(open, error);
    if (repetition !== undefined) return repetition;
    if (mayRepeat(error)) return { cause: error };
    throw error;
  }
  await inside.close();
  return commit(open, result);
}

async function begin(
  { storage, agreement }: EngineSettings,
  until: number,
): Promise<OpenTransaction<unknown> | Repetition> {
  try {
    // Not within the transaction: others would wait for what it stores until it ends.
    if (!agreement.isMade()) await agreement.make(storage);
    return await storage.begin(until);
  } catch (error) {
    if (!isStorageError(error)) throw error;
    // Nothing was sent after BEGIN, so a lost connection has lost nothing.
    if (error.failure === "transient" || error.failure === "unknown") return { cause: error };
    throw asBookingError(error);
  }
}

async function commit<Result>(open: OpenTransaction<unknown>, result: Result): Promise<Attempt<Result>> {
  try {
    await open.commit();
    return { result };
  } catch (error) {
    if (!isStorageError(error)) throw error;
    if (error.failure === "transient") return { cause: error };
    // The callback is not run again: without keys of its own it would book twice.
    if (error.failure === "unknown") throw new BookingError("outcome_unknown", { idempotencyKey: null }, error);
    throw asBookingError(error);
  }
}

/**
 * If the adapter had ended the transaction, its reason explains why the work failed and is the better answer. If no
 * transaction can be begun for now in place of a read-only one, the work is tried again.
 */
async function rollBack(open: OpenTransaction<unknown>, reason: unknown): Promise<Repetition | undefined> {
  try {
    const another = await open.rollback(reason);
    return another && { cause: reason, another };
  } catch (error) {
    if (!isStorageError(error)) throw error;
    if (error.failure === "transient") return { cause: error };
    throw asBookingError(new StorageError(error.failure, error.message, reason));
  }
}

/** However the host passes it on: unchanged, or as the cause of an error of its own. */
function mayRepeat(error: unknown): boolean {
  const cause = typeof error === "object" && error !== null && "cause" in error ? error.cause : undefined;
  return [error, cause].some((one) => isBookingError(one, "storage_busy") && one.details.repeat === "transaction");
}

/**
 * Takes no more calls once it is closed, and closes when those under way have ended. A call that the host has not
 * awaited must not go on beside COMMIT, or on a connection that others use by then.
 */
function closable(storage: EngineStorage): { readonly storage: EngineStorage; readonly close: () => Promise<void> } {
  let isOpen = true;
  const underWay = new Set<Promise<unknown>>();
  const guarded =
    <Args extends readonly unknown[], Answer>(call: (...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      if (!isOpen) throw hasEnded();
      const answer = call(...args);
      underWay.add(answer);
      return answer.finally(() => underWay.delete(answer));
    };
  return {
    storage: {
      ...storage,
      load: guarded(storage.load),
      loadAround: guarded(storage.loadAround),
      loadAroundToShow: guarded(storage.loadAroundToShow),
      loadToShow: guarded(storage.loadToShow),
      findSlots: guarded(storage.findSlots),
      findOpen: guarded(storage.findOpen),
      findAppointments: guarded(storage.findAppointments),
      readJournal: guarded(storage.readJournal),
      readFeed: guarded(storage.readFeed),
      commit: guarded(storage.commit),
      readSettings: guarded(storage.readSettings),
      storeSettings: guarded(storage.storeSettings),
      readRelay: guarded(storage.readRelay),
      storeRelay: guarded(storage.storeRelay),
      readClock: guarded(storage.readClock),
    },
    async close() {
      isOpen = false;
      await Promise.allSettled(underWay);
    },
  };
}

function hasEnded(): StorageError {
  return new StorageError(
    "misused",
    "The transaction of this engine has ended: the callback of transaction() has returned or thrown. Await all calls in the callback, and use its engine nowhere else.",
  );
}

/** @throws BookingError `storage_misused` */
function refuseWithin({ isHostTransaction }: EngineSettings): void {
  if (!isHostTransaction) return;
  const problem =
    "transaction() begins a transaction of its own, so it cannot be called within another one. Call the engine that within() returned, or that the callback was given, or transaction() of the engine itself.";
  throw new BookingError("storage_misused", { problem });
}
