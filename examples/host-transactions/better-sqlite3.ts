import type { SqliteDatabase } from "@slotwright/adapter-sqlite";
import type { Appointment, Engine } from "@slotwright/core";
import type { Database } from "better-sqlite3";
import type { Order } from "./order.ts";

const insertLine = "insert into invoice_lines (appointment_id, cents) values (?, ?)";

export function bookWithInvoice(
  engine: Engine<SqliteDatabase, Database>,
  { booking, lines }: Order,
): Promise<Appointment> {
  return engine.transaction(async ({ transaction, engine }) => {
    const { appointment } = await engine.book(booking);
    for (const { cents } of lines) transaction.prepare(insertLine).run(appointment.id, cents);
    return appointment;
  });
}
