import { postgresAdapter } from "@slotwright/adapter-postgres";
import { createEngine } from "@slotwright/core";
import { Pool } from "pg";

export const pool = new Pool({ connectionString: process.env.POSTGRES_URL });
const engine = createEngine({ storage: postgresAdapter({ pool }) });

export async function bookWithInvoice(slotId: string, subjectId: string, idempotencyKey: string) {
  return engine.transaction(async ({ transaction, engine }) => {
    const actor = { kind: "patient", id: subjectId };
    const { appointment } = await engine.book({ actor, slotId, subjectId, idempotencyKey });
    await transaction.query("insert into invoices (appointment_id, cents) values ($1, $2)", [appointment.id, 4500]);
    return appointment;
  });
}
