import { BookingError } from "../errors/index.ts";
import type { Request } from "./request.ts";
import { resultOf } from "./stored-result.ts";

/**
 * The answer to a command that took effect before. It is not marked as a replay after an unknown outcome, because then
 * this very call may have made the change.
 * @throws BookingError `idempotency_key_reused` if it was another request
 */
export function replay(
  first: { readonly requestHash: string; readonly result: unknown },
  { key, requestHash, wasUnknown }: Pick<Request, "key" | "requestHash" | "wasUnknown">,
): object {
  if (first.requestHash === requestHash()) {
    const result = resultOf(first.result);
    return wasUnknown ? result : { ...result, replayed: true };
  }
  throw new BookingError("idempotency_key_reused", { idempotencyKey: key });
}
