import { appointmentOn, bookedBy, creation, sampleInstant, slotAt, transitionOf } from "@slotwright/conformance";
import { createPool, type Pool, type RowDataPacket } from "mysql2/promise";
import { afterEach, beforeEach, expect, it } from "vitest";
import { mysqlAdapter } from "../src/index.ts";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore, withGuardsOff } from "./mysql-harness.ts";

const hold = { tokenHash: "h", expiresAt: sampleInstant(300), holderId: null };
const committed = { status: "committed" };

/** One row is updated differently from several. */
const held = [0, 30, 60].map((minutes) =>
  slotAt(minutes, { status: "held", hold, metadata: { "it's": '\\"\u{1F4C5}' } }),
);
const keys = held.map(({ id }) => ({ kind: "slot", id }) as const);

describeOnEachServer("updates of rows", (server) => {
  let store: MysqlStore;

  beforeEach(async () => {
    store = await openMysqlStore(server);
    expect(await store.storage.commit([creation(...held)])).toEqual([committed]);
  });
  afterEach(async () => store.close());

  it.each([1, 3])(
    "write everything that changed or became empty, but never the time of creation: %i",
    async (count) => {
      const released = held.slice(0, count).map((slot) => ({
        ...slot,
        status: "available" as const,
        hold: null,
        metadata: { emptied: null },
        version: 2,
        createdAt: sampleInstant(99),
        updatedAt: sampleInstant(5),
      }));
      expect(await store.storage.commit([transitionOf("release", ...released)])).toEqual([committed]);
      const stored = released.map((slot, index) => ({ ...slot, createdAt: held[index]?.createdAt }));
      expect(await store.storage.load(keys.slice(0, count))).toEqual(stored);
    },
  );

  it.each([1, 3])("leave nothing behind if one row is gone: %i", async (count) => {
    const next = held.slice(0, count).map((slot) => ({ ...slot, version: 2 }));
    await withGuardsOff(store.url, async (connection) => {
      await connection.query("delete from slotwright_slots where id = ?", [held[count - 1]?.id]);
    });
    const gone = keys[count - 1];
    expect(await store.storage.commit([transitionOf("again", ...next)])).toEqual([{ status: "stale", keys: [gone] }]);
    expect(await store.storage.load(keys)).toEqual(held.map((slot, index) => (index === count - 1 ? undefined : slot)));
  });

  it("of a batch are not kept in a file before they are written", async () => {
    const pool = createPool({ uri: store.url, connectionLimit: 1 });
    const storage = mysqlAdapter({ pool });
    const book = held.map((slot) => {
      const appointment = appointmentOn(slot);
      return transitionOf(`book ${slot.id}`, appointment, { ...bookedBy(slot, appointment), hold: null });
    });
    await storage.load(keys);
    const before = await filesOf(pool);
    expect(await storage.commit(book)).toEqual(book.map(() => committed));
    expect(await filesOf(pool)).toBe(before);
    await pool.end();
  });
});

/** Temporary tables that the session of the only connection has put on disk. */
async function filesOf(pool: Pool): Promise<number> {
  const [rows] = await pool.query<RowDataPacket[]>("show session status like 'Created_tmp_disk_tables'");
  return Number(rows[0]?.Value);
}
