import { createEngine, isBookingError } from "@slotwright/core";
import Database from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import { expect, it } from "vitest";
import { sqliteAdapter } from "../src/index.ts";
import { freshFile } from "./fresh-folder.ts";

interface HostTables {
  invoices: { appointment_id: string; cents: number };
}

const actor = { kind: "patient", id: "p" };

it("a booking joins a Kysely transaction through the database that its dialect uses", async () => {
  const filename = freshFile();
  const storage = sqliteAdapter({ filename });
  await storage.migrate();
  const engine = createEngine({ storage });
  const slots = [{ start: "2026-03-02T09:00:00Z", end: "2026-03-02T09:30:00Z" }];
  const created = await engine.createSlots({ actor, providerId: "p", facilityId: "f", slots });
  const want = { actor, slotId: created.slots[0]?.id ?? "", subjectId: "p" };

  const database = new Database(filename);
  const host = new Kysely<HostTables>({ dialect: new SqliteDialect({ database }) });
  await host.schema.createTable("invoices").addColumn("appointment_id", "text").addColumn("cents", "integer").execute();
  const bookWithInvoice = (cents: number) =>
    host.transaction().execute(async (transaction) => {
      const { appointment } = await engine.within(database).book(want);
      await transaction.insertInto("invoices").values({ appointment_id: appointment.id, cents }).execute();
      if (cents < 0) throw new Error("no such invoice");
      return appointment;
    });

  await expect(bookWithInvoice(-1)).rejects.toThrow("no such invoice");
  expect((await engine.getSlot(want.slotId)).status).toBe("available");
  const appointment = await bookWithInvoice(500);
  expect(await host.selectFrom("invoices").selectAll().execute()).toEqual([
    { appointment_id: appointment.id, cents: 500 },
  ]);
  expect((await engine.getSlot(want.slotId)).appointmentId).toBe(appointment.id);
  await expect(bookWithInvoice(500)).rejects.toSatisfy((error) => isBookingError(error, "slot_booked"));
  await host.destroy();
  await storage.close();
});
