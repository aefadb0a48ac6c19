import { randomUUID } from "node:crypto";
import { BookingError, type CommandInput } from "@slotwright/core";
import type { Call, HandlerOptions } from "@slotwright/http";
import { z } from "zod";
import type { Invoice } from "./database/invoices.ts";
import type { Database } from "./database.ts";

/**
 * What a booking has beside the fields of the engine. A real host has a price list, and takes no price from a client.
 * Whether the amount is a sensible one is left to the table's CHECK, to show what happens to the booking then.
 */
const fields = z.strictObject({ amountCents: z.int32("must be a whole number of cents").default(5_000) });

/** Booking and cancelling, each in one transaction with the invoice. */
export function callsWithInvoices(database: Database): HandlerOptions["calls"] {
  return {
    book: { fields, run: (call) => bookWithInvoice(database, call) },
    cancel: { run: (call) => cancelWithInvoice(database, call) },
  };
}

/** Books, and writes the invoice in the same transaction: both, or neither. */
function bookWithInvoice(database: Database, { actor, input, idempotencyKey, own }: Call): Promise<object> {
  const { amountCents } = fields.parse(own);
  return database.transaction({ actor, idempotencyKey }, async ({ engine, invoices }) => {
    // The type is a promise about what a stranger sent: the engine checks every field, and refuses unknown ones.
    const booked = await engine.book(input as unknown as CommandInput<"book">);
    const appointmentId = booked.appointment.id;
    const written = await invoices.find(appointmentId);
    // The engine compares a repeated booking with the first one; the host does so with what it added.
    if (written !== undefined && written.amountCents !== amountCents) {
      throw new BookingError("idempotency_key_reused", { idempotencyKey });
    }
    const id = written?.id ?? randomUUID();
    // Without its status, which changes: a replay gives the same answer as the first time.
    const invoice: Omit<Invoice, "status"> = { id, appointmentId, subjectId: String(input.subjectId), amountCents };
    if (written === undefined) await invoices.insert({ ...invoice, status: "open" });
    return { ...booked, invoice };
  });
}

/** Cancels, and voids the invoice in the same transaction. */
function cancelWithInvoice(database: Database, { actor, input, idempotencyKey }: Call): Promise<object> {
  return database.transaction({ actor, idempotencyKey }, async ({ engine, invoices }) => {
    const cancelled = await engine.cancel(input as unknown as CommandInput<"cancel">);
    await invoices.void(cancelled.appointment.id);
    return cancelled;
  });
}
