import { mysqlAdapter } from "@slotwright/adapter-mysql";
import { postgresAdapter } from "@slotwright/adapter-postgres";
import { createEngine, type StorageAdapter } from "@slotwright/core";
import { Pool } from "pg";

// With the keys, a second run gets the answers of the first one and books nothing twice.
async function firstBooking(storage: StorageAdapter<never>): Promise<void> {
  await storage.migrate(); // creates the tables that are missing, and the schema
  const engine = createEngine({ storage });
  const { slots } = await engine.createSlots({
    actor: { kind: "provider", id: "dr-weber" },
    providerId: "dr-weber",
    facilityId: "north-clinic",
    slots: [{ start: "2027-03-22T09:00:00+01:00", end: "2027-03-22T09:30:00+01:00" }],
    idempotencyKey: "first-slot",
  });
  const slotId = slots[0]?.id ?? "";
  const ada = { actor: { kind: "patient", id: "ada" }, subjectId: "ada" };
  const { appointment } = await engine.book({ ...ada, slotId, idempotencyKey: "first-booking" });
  console.log(`ada: ${appointment.status}`);
  await storage.close();
}

const { POSTGRES_URL, MYSQL_URL } = process.env;

if (POSTGRES_URL !== undefined) {
  // Uses your pool; close() leaves it open. The tables are in a schema of their own.
  const pool = new Pool({ connectionString: POSTGRES_URL });
  await firstBooking(postgresAdapter({ pool, schema: "booking" }));
  // Opens a pool of its own, which close() ends. The tables are in "public".
  await firstBooking(postgresAdapter({ connectionString: POSTGRES_URL }));
  await pool.end();
}

if (MYSQL_URL !== undefined) {
  // MariaDB as well. With your pool: mysqlAdapter({ pool: createPool(…), database: "bookings" })
  await firstBooking(mysqlAdapter({ uri: MYSQL_URL }));
}
