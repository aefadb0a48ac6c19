import { postgresAdapter } from "@slotwright/adapter-postgres";
import { createEngine } from "@slotwright/core";
import { testServer } from "@slotwright/test-servers/vitest";
import { expect, it, onTestFinished } from "vitest";

// Without the server, these tests are skipped, and say so. With CI=true, that is a failure instead.
const server = await testServer("postgres");

it.skipIf(server === undefined)("the README's transaction books with an invoice, or does neither", async () => {
  const { url = "", drop } = (await server?.createDatabase()) ?? {};
  onTestFinished(() => drop?.());
  process.env.POSTGRES_URL = url;
  const { bookWithInvoice, pool } = await import("./transaction.ts");
  // Dropping a database ends connections that are closing. An event without a listener would end the process.
  pool.on("connect", (client) => client.on("error", () => {}));
  const storage = postgresAdapter({ pool });
  await storage.migrate();
  await pool.query("create table invoices (appointment_id text unique, cents int check (cents > 0))");
  const { slots } = await createEngine({ storage }).createSlots({
    actor: { kind: "provider", id: "dr-weber" },
    providerId: "dr-weber",
    facilityId: "north",
    slots: [{ start: "2027-03-22T09:00:00Z", end: "2027-03-22T09:30:00Z" }],
  });
  const slotId = slots[0]?.id ?? "";
  expect(await bookWithInvoice(slotId, "ada", "1")).toMatchObject({ status: "confirmed" });
  await expect(bookWithInvoice(slotId, "ben", "2")).rejects.toMatchObject({ code: "slot_booked" });
  expect((await pool.query("select cents from invoices")).rows).toEqual([{ cents: 4500 }]);
  await pool.end();
});
