import { postgresAdapter } from "@slotwright/adapter-postgres";
import { createEngine } from "@slotwright/core";
import { testServer } from "@slotwright/test-servers/vitest";
import { expect, it, onTestFinished } from "vitest";

// Without the server, these tests are skipped, and say so. With CI=true, that is a failure instead.
const server = await testServer("postgres");

it.skipIf(server === undefined)(
  "the README's booking within a transaction commits and rolls back with it",
  async () => {
    const { url = "", drop } = (await server?.createDatabase()) ?? {};
    onTestFinished(() => drop?.());
    process.env.DATABASE_URL = url;
    const { bookWithInvoice, pool } = await import("./within.ts");
    pool.on("connect", (client) => client.on("error", () => {}));
    const storage = postgresAdapter({ pool });
    await storage.migrate();
    await pool.query("create table invoices (appointment_id text unique, cents int)");
    const engine = createEngine({ storage });
    const { slots } = await engine.createSlots({
      actor: { kind: "provider", id: "dr-weber" },
      providerId: "dr-weber",
      facilityId: "north",
      slots: [{ start: "2027-03-22T09:00:00Z", end: "2027-03-22T09:30:00Z" }],
    });
    const slotId = slots[0]?.id ?? "";
    const stateAfter = async (end: "commit" | "rollback") => {
      const client = await pool.connect();
      await client.query("begin");
      await bookWithInvoice(client, slotId, "ada");
      await client.query(end);
      client.release();
      return [(await engine.getSlot(slotId)).status, (await pool.query("select cents from invoices")).rowCount];
    };
    expect(await stateAfter("rollback")).toEqual(["available", 0]);
    expect(await stateAfter("commit")).toEqual(["booked", 1]);
    await pool.end();
  },
);
