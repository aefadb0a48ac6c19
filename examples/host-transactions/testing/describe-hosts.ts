import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Order } from "../order.ts";
import type { HostDatabase } from "./databases.ts";
import type { Host, Hosts } from "./hosts.ts";

const invoiceLines = "create table invoice_lines (appointment_id varchar(200), cents int, check (cents > 0))";

/** What every library's transaction promises, on fresh databases of one engine. */
export function describeHosts(engine: string, hosts: Hosts, createDatabase: () => Promise<HostDatabase>): void {
  describe.each(Object.entries(hosts))(`${engine}: a transaction of %s`, (_library, open) => {
    let database: HostDatabase;
    let host: Host;
    let ada: Order["booking"];

    beforeEach(async () => {
      database = await createDatabase();
      host = await open(database.url);
      await host.storage.migrate();
      await database.rows(invoiceLines);
      ada = { actor: { kind: "patient", id: "ada" }, subjectId: "ada", slotId: await publishedSlot(host) };
    });
    afterEach(async () => {
      await host?.close();
      await database?.drop();
    });

    const stored = async () => ({
      slots: await database.rows("select status from slotwright_slots"),
      lines: await database.rows("select appointment_id, cents from invoice_lines order by cents"),
    });

    it("stores the booking and the rows of the invoice with one COMMIT", async () => {
      const { id, status } = await host.bookWithInvoice({ booking: ada, lines: [{ cents: 1500 }, { cents: 4500 }] });
      expect(status).toBe("confirmed");
      const lines = [1500, 4500].map((cents) => ({ appointment_id: id, cents }));
      expect(await stored()).toEqual({ slots: [{ status: "booked" }], lines });
    });

    it("keeps neither the booking nor the rows before a statement that fails", async () => {
      const order = { booking: ada, lines: [{ cents: 1500 }, { cents: -1 }] };
      await expect(host.bookWithInvoice(order)).rejects.toThrow(/check|constraint|failed query/i);
      expect(await stored()).toEqual({ slots: [{ status: "available" }], lines: [] });
    });

    it("refuses the second of two callers, keeps nothing of it, and is ready for the next", async () => {
      const ben = { ...ada, subjectId: "ben" };
      const lines = [{ cents: 1500 }];
      const answers = await Promise.allSettled([ada, ben].map((booking) => host.bookWithInvoice({ booking, lines })));
      expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(answers.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "slot_booked" } });
      await expect(host.bookWithInvoice({ booking: ben, lines })).rejects.toMatchObject({ code: "slot_booked" });
      expect(await stored()).toMatchObject({ slots: [{ status: "booked" }], lines });
    });
  });
}

async function publishedSlot({ engine }: Host): Promise<string> {
  const { slots } = await engine.createSlots({
    actor: { kind: "provider", id: "dr-weber" },
    providerId: "dr-weber",
    facilityId: "north",
    slots: [{ start: "2027-03-22T09:00:00Z", end: "2027-03-22T09:30:00Z" }],
  });
  return slots[0]?.id ?? "";
}
