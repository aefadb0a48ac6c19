import type { SqliteDatabase } from "@slotwright/adapter-sqlite";
import type { Appointment, Engine } from "@slotwright/core";
import type { Database } from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Order } from "./order.ts";

const invoiceLines = sqliteTable("invoice_lines", { appointmentId: text("appointment_id"), cents: integer("cents") });

export function bookWithInvoice(
  engine: Engine<SqliteDatabase, Database>,
  { booking, lines }: Order,
): Promise<Appointment> {
  return engine.transaction(async ({ transaction, engine }) => {
    const db = drizzle({ client: transaction });
    const { appointment } = await engine.book(booking);
    for (const { cents } of lines) await db.insert(invoiceLines).values({ appointmentId: appointment.id, cents });
    return appointment;
  });
}
