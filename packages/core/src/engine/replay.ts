import { BookingError } from "../errors/index.ts";
import type { CommandIdentity } from "./engine-storage.ts";
import { resultOf } from "./stored-result.ts";

/**
 * The answer to a command that took effect before.
 * @throws BookingError `idempotency_key_reused` if it was another request
 */
export function replay(
  first: { readonly requestHash: string; readonly result: unknown },
  command: CommandIdentity,
): object {
  if (first.requestHash === command.requestHash()) return resultOf(first.result);
  throw new BookingError("idempotency_key_reused", { idempotencyKey: command.id });
}
