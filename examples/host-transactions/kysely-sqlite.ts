import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { type Appointment, createEngine } from "@slotwright/core";
import Database from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import type { Tables } from "./kysely.ts";
import type { Order } from "./order.ts";

export function openBookings(filename: string) {
  const storage = sqliteAdapter({ filename });
  const engine = createEngine({ storage });
  const database = new Database(filename);
  database.pragma("synchronous = full");
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });

  function bookWithInvoice({ booking, lines }: Order): Promise<Appointment> {
    return db.transaction().execute(async (transaction) => {
      const { appointment } = await engine.within(database).book(booking);
      for (const { cents } of lines) {
        await transaction.insertInto("invoice_lines").values({ appointment_id: appointment.id, cents }).execute();
      }
      return appointment;
    });
  }

  return { storage, engine, db, bookWithInvoice };
}
