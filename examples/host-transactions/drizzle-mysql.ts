import type { MysqlTransaction } from "@slotwright/adapter-mysql";
import type { Appointment, Engine } from "@slotwright/core";
import { int, mysqlTable, varchar } from "drizzle-orm/mysql-core";
import { drizzle } from "drizzle-orm/mysql2";
import type { PoolConnection } from "mysql2/promise";
import type { Order } from "./order.ts";

const invoiceLines = mysqlTable("invoice_lines", {
  appointmentId: varchar("appointment_id", { length: 200 }),
  cents: int("cents"),
});

export function bookWithInvoice(
  engine: Engine<MysqlTransaction, PoolConnection>,
  { booking, lines }: Order,
): Promise<Appointment> {
  return engine.transaction(async ({ transaction, engine }) => {
    const db = drizzle({ client: transaction });
    const { appointment } = await engine.book(booking);
    for (const { cents } of lines) await db.insert(invoiceLines).values({ appointmentId: appointment.id, cents });
    return appointment;
  });
}
