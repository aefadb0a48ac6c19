import type { Appointment, Engine } from "@slotwright/core";
import type { Kysely, Transaction } from "kysely";
import type { Order } from "./order.ts";

export interface Tables {
  invoice_lines: { appointment_id: string; cents: number };
}

export function bookWithInvoice(
  db: Kysely<Tables>,
  engine: Engine<Transaction<Tables>>,
  { booking, lines }: Order,
): Promise<Appointment> {
  return db
    .transaction()
    .setIsolationLevel("read committed")
    .execute(async (transaction) => {
      const { appointment } = await engine.within(transaction).book(booking);
      for (const { cents } of lines) {
        await transaction.insertInto("invoice_lines").values({ appointment_id: appointment.id, cents }).execute();
      }
      return appointment;
    });
}
