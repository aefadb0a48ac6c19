import { randomUUID } from "node:crypto";
import { type Appointment, BookingError, type CommandInput } from "@slotwright/core";
import type { Call, HandlerOptions } from "@slotwright/http";
import { z } from "zod";
import type { Invoice, Invoices } from "./database/invoices.ts";
import type { Database, Inside } from "./database.ts";

const usualCents = 5_000;

/**
 * What a booking has beside the fields of the engine. A real host has a price list, and takes no price from a client.
 * Whether the amount is a sensible one is left to the table's CHECK, to show what happens to the booking then.
 */
const fields = z.strictObject({ amountCents: z.int32("must be a whole number of cents").default(usualCents) });

/** The commands that begin or end an appointment, each in one transaction with the invoice. A `request` costs nothing until it is accepted. */
export function callsWithInvoices(database: Database): HandlerOptions["calls"] {
  const together = (command: Command, invoicing: Invoicing) => ({
    run: (call: Call) => inOneTransaction(database, call, command, invoicing),
  });
  return {
    book: { fields, run: (call) => bookWithInvoice(database, call) },
    accept: together((engine, input) => engine.accept(input), withInvoice),
    acceptOffer: together((engine, input) => engine.acceptOffer(input), withInvoice),
    cancel: together((engine, input) => engine.cancel(input), voidingInvoice),
    decline: together((engine, input) => engine.decline(input), voidingInvoice),
  };
}

/** Books, and writes the invoice in the same transaction: both, or neither. */
function bookWithInvoice(database: Database, { actor, input, idempotencyKey, own }: Call): Promise<object> {
  const { amountCents } = fields.parse(own);
  return database.transaction({ actor, idempotencyKey }, async ({ engine, invoices }) => {
    // The type is a promise about what a stranger sent: the engine checks every field, and refuses unknown ones.
    const booked = await engine.book(input as unknown as CommandInput<"book">);
    const invoice = await invoiceFor(booked.appointment, amountCents, invoices);
    // The engine compares a repeated booking with the first one; the host does so with what it added.
    if (invoice.amountCents !== amountCents) throw new BookingError("idempotency_key_reused", { idempotencyKey });
    return { ...booked, invoice };
  });
}

/** Without its status, which changes: a replay gives the same answer as the first time. */
type AnsweredInvoice = Omit<Invoice, "status">;

/** The invoice of an appointment, which is written if there is none yet. */
async function invoiceFor(
  { id: appointmentId, subjectId }: Appointment,
  amountCents: number,
  invoices: Invoices,
): Promise<AnsweredInvoice> {
  const written = await invoices.find(appointmentId);
  if (written === undefined) {
    const invoice: AnsweredInvoice = { id: randomUUID(), appointmentId, subjectId, amountCents };
    await invoices.insert({ ...invoice, status: "open" });
    return invoice;
  }
  const { status, ...invoice } = written;
  return invoice;
}

type Answer = { readonly appointment: Appointment };
type Command = (engine: Inside["engine"], input: CommandInput<"cancel"> & CommandInput<"decline">) => Promise<Answer>;
type Invoicing = (answer: Answer, invoices: Invoices) => Promise<object>;

/** A command about one appointment, and what it means for the invoice: both, or neither. */
function inOneTransaction(
  database: Database,
  { actor, input, idempotencyKey }: Call,
  command: Command,
  invoicing: Invoicing,
): Promise<object> {
  return database.transaction({ actor, idempotencyKey }, async ({ engine, invoices }) =>
    invoicing(await command(engine, input as unknown as Parameters<Command>[1]), invoices),
  );
}

/** What was booked while nothing was free has its invoice already. */
const withInvoice: Invoicing = async (answer, invoices) => ({
  ...answer,
  invoice: await invoiceFor(answer.appointment, usualCents, invoices),
});

const voidingInvoice: Invoicing = async (answer, invoices) => {
  await invoices.void(answer.appointment.id);
  return answer;
};
