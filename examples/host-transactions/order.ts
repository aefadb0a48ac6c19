import type { Engine } from "@slotwright/core";

/** What a request asks for: a booking, and an invoice with a row per line. */
export interface Order {
  readonly booking: Parameters<Engine["book"]>[0];
  readonly lines: readonly { readonly cents: number }[];
}
