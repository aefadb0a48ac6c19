import type { SqliteDatabase } from "@slotwright/adapter-sqlite";
import type { Appointment, Engine } from "@slotwright/core";
import Database from "better-sqlite3";
import { createTurns } from "./in-turn.ts";
import type { Order } from "./order.ts";

const insertLine = "insert into invoice_lines (appointment_id, cents) values (?, ?)";

export function openBookings(filename: string, engine: Engine<SqliteDatabase>) {
  const database = new Database(filename); // for these transactions only
  database.pragma("synchronous = full");
  const inTurn = createTurns();

  const bookWithInvoice = ({ booking, lines }: Order): Promise<Appointment> =>
    inTurn(async () => {
      database.exec("begin immediate");
      try {
        const { appointment } = await engine.within(database).book(booking);
        for (const { cents } of lines) database.prepare(insertLine).run(appointment.id, cents);
        database.exec("commit");
        return appointment;
      } catch (error) {
        if (database.inTransaction) database.exec("rollback");
        throw error;
      }
    });

  return { bookWithInvoice, close: () => database.close() };
}
