import { randomUUID } from "node:crypto";
import { BookingError, type CommandInput, type CommandResult } from "@slotwright/core";
import type { Invoice } from "./database/invoices.ts";
import type { Database } from "./database.ts";

/** A command with the key that lets its transaction run again. */
type Keyed<Input> = Input & { readonly idempotencyKey: string };

interface Booking extends CommandResult<"book"> {
  /** Without its status, which changes: a replay gives the same answer as the first time. */
  readonly invoice: Omit<Invoice, "status">;
}

/** Books, and writes the invoice in the same transaction: both, or neither. */
export function bookWithInvoice(
  database: Database,
  command: Keyed<CommandInput<"book">>,
  amountCents: number,
): Promise<Booking> {
  const { idempotencyKey } = command;
  return database.transaction(idempotencyKey, async ({ engine, invoices }) => {
    const booked = await engine.book(command);
    const appointmentId = booked.appointment.id;
    const written = await invoices.find(appointmentId);
    // The engine compares a repeated booking with the first one; the host does so with what it added.
    if (written !== undefined && written.amountCents !== amountCents) {
      throw new BookingError("idempotency_key_reused", { idempotencyKey });
    }
    const invoice = { id: written?.id ?? randomUUID(), appointmentId, amountCents };
    if (written === undefined) await invoices.insert({ ...invoice, status: "open" });
    return { ...booked, invoice };
  });
}

/** Cancels, and voids the invoice in the same transaction. */
export function cancelWithInvoice(database: Database, command: Keyed<CommandInput<"cancel">>) {
  return database.transaction(command.idempotencyKey, async ({ engine, invoices }) => {
    const cancelled = await engine.cancel(command);
    await invoices.void(command.appointmentId);
    return cancelled;
  });
}
