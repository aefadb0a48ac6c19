import type { PostgresTransaction } from "@slotwright/adapter-postgres";
import type { Appointment, Engine } from "@slotwright/core";
import type { PoolClient } from "pg";
import type { Order } from "./order.ts";

// The table of Prisma's model InvoiceLine, which has @@map("invoice_lines").
const insertLine = "insert into invoice_lines (appointment_id, cents) values ($1, $2)";

export function bookWithInvoice(
  engine: Engine<PostgresTransaction, PoolClient>,
  { booking, lines }: Order,
): Promise<Appointment> {
  return engine.transaction(async ({ transaction, engine }) => {
    const { appointment } = await engine.book(booking);
    for (const { cents } of lines) await transaction.query(insertLine, [appointment.id, cents]);
    return appointment;
  });
}
