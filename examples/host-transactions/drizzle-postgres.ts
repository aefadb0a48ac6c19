import type { PostgresTransaction } from "@slotwright/adapter-postgres";
import type { Appointment, Engine } from "@slotwright/core";
import { drizzle } from "drizzle-orm/node-postgres";
import { integer, pgTable, text } from "drizzle-orm/pg-core";
import type { PoolClient } from "pg";
import type { Order } from "./order.ts";

const invoiceLines = pgTable("invoice_lines", { appointmentId: text("appointment_id"), cents: integer("cents") });

export function bookWithInvoice(
  engine: Engine<PostgresTransaction, PoolClient>,
  { booking, lines }: Order,
): Promise<Appointment> {
  return engine.transaction(async ({ transaction, engine }) => {
    const db = drizzle({ client: transaction });
    const { appointment } = await engine.book(booking);
    for (const { cents } of lines) await db.insert(invoiceLines).values({ appointmentId: appointment.id, cents });
    return appointment;
  });
}
