import type { Appointment, Engine } from "@slotwright/core";
import type { Knex } from "knex";
import type { Order } from "./order.ts";

export function bookWithInvoice<Connection>(
  knex: Knex,
  engine: Engine<Connection>,
  { booking, lines }: Order,
  config?: Knex.TransactionConfig,
): Promise<Appointment> {
  return knex.transaction(async (transaction) => {
    const connection: Connection = await transaction.client.acquireConnection();
    const { appointment } = await engine.within(connection).book(booking);
    for (const { cents } of lines) await transaction("invoice_lines").insert({ appointment_id: appointment.id, cents });
    return appointment;
  }, config);
}
