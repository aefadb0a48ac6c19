import type { Appointment, Engine } from "@slotwright/core";
import { type DataSource, EntitySchema } from "typeorm";
import type { Order } from "./order.ts";

export const invoiceLines = new EntitySchema<{ appointmentId: string; cents: number }>({
  name: "InvoiceLine",
  tableName: "invoice_lines",
  columns: {
    appointmentId: { name: "appointment_id", type: "varchar", primary: true },
    cents: { type: "int", primary: true },
  },
});

export function bookWithInvoice<Connection>(
  dataSource: DataSource,
  engine: Engine<Connection>,
  { booking, lines }: Order,
): Promise<Appointment> {
  return dataSource.transaction(async (manager) => {
    const connection: Connection = await manager.queryRunner?.connect();
    const { appointment } = await engine.within(connection).book(booking);
    for (const { cents } of lines) await manager.insert(invoiceLines, { appointmentId: appointment.id, cents });
    return appointment;
  });
}
