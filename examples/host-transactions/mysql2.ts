import type { MysqlTransaction } from "@slotwright/adapter-mysql";
import type { Appointment, Engine } from "@slotwright/core";
import type { Pool } from "mysql2/promise";
import type { Order } from "./order.ts";

const insertLine = "insert into invoice_lines (appointment_id, cents) values (?, ?)";

export async function bookWithInvoice(
  pool: Pool,
  engine: Engine<MysqlTransaction>,
  { booking, lines }: Order,
): Promise<Appointment> {
  const connection = await pool.getConnection();
  try {
    await connection.query("set transaction isolation level read committed");
    await connection.beginTransaction();
    const { appointment } = await engine.within(connection).book(booking);
    for (const { cents } of lines) await connection.execute(insertLine, [appointment.id, cents]);
    await connection.commit();
    return appointment;
  } catch (error) {
    await connection.rollback().catch(() => connection.destroy());
    throw error;
  } finally {
    connection.release();
  }
}
