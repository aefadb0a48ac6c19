import { postgresAdapter } from "@slotwright/adapter-postgres";
import { createEngine } from "@slotwright/core";
import { Pool } from "pg";
import { plainTables } from "./statements.ts";

const dayMs = 86_400_000;
const perDay = 16;
/** Tomorrow, as days are counted in UTC: nothing of it has begun when the run ends. */
const firstMs = Math.ceil(Date.now() / dayMs) * dayMs + dayMs;

export const providers: readonly string[] = Array.from({ length: 100 }, (_, index) => `dr-${index}`);

/** The week that is searched. */
export const week = { from: new Date(firstMs).toISOString(), to: new Date(firstMs + 7 * dayMs).toISOString() };

/**
 * Publishes so many slots of each provider, and copies what is on offer into the table of the plain application. Returns
 * their ids: neighbours are of different providers.
 */
export async function furnish(url: string, slotsOfProvider: number): Promise<readonly string[]> {
  const pool = new Pool({ connectionString: url, max: 4 });
  const storage = postgresAdapter({ pool });
  await storage.migrate();
  const engine = createEngine({ storage });
  const slots = Array.from({ length: slotsOfProvider }, (_, index) => {
    const start = new Date(firstMs + Math.floor(index / perDay) * dayMs + (8 * 60 + (index % perDay) * 30) * 60_000);
    return { start, end: new Date(start.getTime() + 1_800_000) };
  });
  const actor = { kind: "benchmark", id: "b" };
  for (const providerId of providers) {
    await engine.createManySlots({ actor, providerId, facilityId: "north", slots, chunkSize: 1000 });
  }
  for (const sql of plainTables) await pool.query(sql);
  await pool.query(
    `insert into plain_slots select id, provider_id, facility_id, to_timestamp(start_at / 1000.0),
     to_timestamp(end_at / 1000.0), status, version from slotwright_slots`,
  );
  await pool.query("vacuum analyze");
  const { rows } = await pool.query<{ readonly id: string }>("select id from plain_slots order by start_at, id");
  await storage.close();
  await pool.end();
  return rows.map(({ id }) => id);
}

/** So many that every one of these turns can book its own, however fast. */
export function slotsOfProvider(turns: number, turnMs: number, news: number): number {
  const mostPerSecond = 5_000;
  return Math.ceil(((turns * turnMs * mostPerSecond) / 1000 + news) / providers.length);
}
