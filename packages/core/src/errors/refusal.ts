import type { ErrorCode, ErrorDetails } from "./details.ts";

/** An expected "no", as the rules return it. The engine turns it into a `BookingError`. */
export type Refusal = { [C in ErrorCode]: { readonly refused: C; readonly details: ErrorDetails[C] } }[ErrorCode];

export function refuse<C extends ErrorCode>(code: C, details: ErrorDetails[C]): Refusal {
  return { refused: code, details } as Refusal;
}
