import type { PostgresTransaction } from "@slotwright/adapter-postgres";
import type { Appointment, Engine } from "@slotwright/core";
import type { Pool } from "pg";
import type { Order } from "./order.ts";

const insertLine = "insert into invoice_lines (appointment_id, cents) values ($1, $2)";

export async function bookWithInvoice(
  pool: Pool,
  engine: Engine<PostgresTransaction>,
  { booking, lines }: Order,
): Promise<Appointment> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("begin");
    const { appointment } = await engine.within(client).book(booking);
    for (const { cents } of lines) await client.query(insertLine, [appointment.id, cents]);
    await client.query("commit");
    return appointment;
  } catch (error) {
    await client.query("rollback").catch((reason: Error) => {
      broken = reason;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
