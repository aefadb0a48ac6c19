import { BookingError } from "../errors/index.ts";
import type { CommandRecord } from "../model/record.ts";
import { isStorageError } from "../storage/storage-error.ts";
import type { Attempt, Repeat } from "./attempt.ts";
import type { EngineSettings } from "./options.ts";
import { replay } from "./replay.ts";
import { commandKey, type Request } from "./request.ts";
import { asBookingError, asHostTransactionError } from "./storage-failures.ts";

/**
 * What to do after an attempt has thrown.
 * @throws BookingError if another attempt is of no use; an error from outside of storage, unchanged
 */
export async function afterFailure(settings: EngineSettings, request: Request, error: unknown): Promise<Attempt> {
  if (!isStorageError(error)) throw error;
  if (settings.isHostTransaction) throw asHostTransactionError(error);
  if (error.failure === "transient") return { again: "busy", cause: () => error };
  if (error.failure === "unknown") return settleUnknown(settings, { ...request, wasUnknown: true }, error);
  throw request.wasUnknown ? outcomeUnknown(request, error) : asBookingError(error);
}

/** After a connection died around the commit: the command's record says whether it took effect. */
async function settleUnknown(settings: EngineSettings, request: Request, lost: unknown): Promise<Attempt> {
  for (;;) {
    try {
      const [earlier] = await settings.storage.load([commandKey(request)], request.patience.until);
      if (earlier === undefined) return { again: "unknown", cause: () => lost };
      return { result: replay(earlier as CommandRecord, request) };
    } catch (error) {
      if (!isStorageError(error)) throw error;
      await pause(request, () => lost);
    }
  }
}

/**
 * Waits until the command may be attempted again.
 * @param last Why it was attempted again before.
 * @throws BookingError `storage_busy` or `outcome_unknown` at the end of the budget; a guard's refusal that comes again
 */
export async function beforeRepeat(
  request: Request,
  { again, cause, agendaIds }: Repeat,
  last?: Repeat,
): Promise<void> {
  // Rows were changed by hand while the rule decided. It decides again, and usually finds the precise refusal itself.
  if (again === "guarded" && last?.again === "guarded") throw cause();
  // The loser of a race is retried once without a pause; it usually only needs its refusal. A caller whose found slot
  // was taken meanwhile goes on to the next. Who wants an agenda waits for their turn.
  const isInHurry = again === "missed" || (again === "stale" && (last === undefined || agendaIds !== undefined));
  await pause(request, cause, isInHurry);
}

/** A command whose outcome was unknown never answers "busy, nothing was changed". */
async function pause(request: Request, cause: () => unknown, isInHurry = false): Promise<void> {
  const { patience } = request;
  try {
    await (isInHurry ? patience.check(cause) : patience.pause(cause()));
  } catch (busy) {
    throw request.wasUnknown ? outcomeUnknown(request, cause()) : busy;
  }
}

function outcomeUnknown({ key }: Request, cause: unknown): BookingError {
  return new BookingError("outcome_unknown", { idempotencyKey: key }, cause);
}
