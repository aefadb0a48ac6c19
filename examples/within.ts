import { postgresAdapter } from "@slotwright/adapter-postgres";
import { createEngine } from "@slotwright/core";
import { Pool, type PoolClient } from "pg";

export const pool = new Pool({ connectionString: process.env.DATABASE_URL });
const engine = createEngine({ storage: postgresAdapter({ pool }) });

/** In a transaction that you have begun: the booking and your own row are stored together, or not at all. */
export async function bookWithInvoice(client: PoolClient, slotId: string, subjectId: string): Promise<void> {
  const actor = { kind: "patient", id: subjectId };
  const { appointment } = await engine.within(client).book({ actor, slotId, subjectId });
  await client.query("insert into invoices (appointment_id, cents) values ($1, $2)", [appointment.id, 4500]);
}
