import { sampleInstant as at } from "@slotwright/conformance";
import { createEngine, type Slot } from "@slotwright/core";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MysqlTransaction } from "../src/index.ts";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore } from "./mysql-harness.ts";

const actor = { kind: "provider", id: "p" };
const callers = 6;
const halfHours = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ start: at(index * 30), end: at(index * 30 + 30) }));

describeOnEachServer("concurrent host transactions that publish slots", (server) => {
  let store: MysqlStore;
  let hosts: readonly Connection[];

  beforeEach(async () => {
    store = await openMysqlStore(server);
    hosts = await Promise.all(Array.from({ length: callers }, () => createConnection(store.url)));
  });
  afterEach(async () => {
    await Promise.all(hosts.map((host) => host.end()));
    await store.close();
  });

  const within = (host: Connection) => createEngine<MysqlTransaction>({ storage: store.storage as never }).within(host);
  const begin = async (host: Connection, level = "repeatable read") => {
    await host.query(`set session transaction isolation level ${level}`);
    await host.beginTransaction();
    // From here on, REPEATABLE READ would read the past.
    await host.query("select count(*) from slotwright_slots");
  };
  const place = (index: number) => ({ actor, providerId: `provider-${index}`, facilityId: "f" });
  const slotCount = async () =>
    (await store.pool.query<RowDataPacket[]>("select count(*) as n from slotwright_slots"))[0][0]?.n;

  it.each(["read committed", "repeatable read"])("for new providers do so without a deadlock at %s", async (level) => {
    for (let round = 0; round < 3; round++) {
      await Promise.all(hosts.map((host) => begin(host, level)));
      await Promise.all(
        hosts.map(async (host, index) => {
          await within(host).createSlots({ ...place(round * callers + index), slots: halfHours(3) });
          await host.commit();
        }),
      );
    }
    expect(await slotCount()).toBe(3 * callers * 3);
  });

  describe.each(["read committed", "repeatable read"])("at %s", (level) => {
    it("on a schedule that was created after they began find it, and its slots", async () => {
      const [host] = hosts as [Connection];
      await begin(host, level);
      const engine = createEngine({ storage: store.second });
      await engine.createSlots({ ...place(0), slots: halfHours(1) });
      const inside = within(host);
      await expect(inside.createSlots({ ...place(0), slots: halfHours(1) })).rejects.toMatchObject({
        code: "slot_overlap",
      });
      const more = await within(host).createSlots({ ...place(0), slots: halfHours(2).slice(1) });
      expect(more.schedule.version).toBe(2);
      await host.commit();
      expect(await slotCount()).toBe(2);
    });

    it("on a schedule that changed after they began see what was added to it, and what was blocked", async () => {
      const [host] = hosts as [Connection];
      const engine = createEngine({ storage: store.second });
      const { slots } = await engine.createSlots({ ...place(0), slots: halfHours(1) });
      const [{ id: slotId }] = slots as readonly [Slot];
      await begin(host, level);
      const inside = within(host);
      await engine.block({ actor, slotId });
      // In the place of the blocked slot, which the transaction's own view shows as free.
      await inside.createSlots({ ...place(0), slots: halfHours(1) });
      await host.commit();
      await begin(host, level);
      await engine.createSlots({ ...place(0), slots: halfHours(3).slice(2) });
      await expect(within(host).createSlots({ ...place(0), slots: halfHours(3).slice(1) })).rejects.toMatchObject({
        code: "slot_overlap",
      });
      const query = { scheduleId: slots[0]?.scheduleId ?? "", asOf: at(0), limit: 9 };
      expect(await store.storage.within(host).findSlots(query)).toHaveLength(3);
      await host.rollback();
    });

    it("unblock a slot that was created, with its schedule, after they began", async () => {
      const [host] = hosts as [Connection];
      await begin(host, level);
      const engine = createEngine({ storage: store.second });
      const { slots } = await engine.createSlots({ ...place(0), slots: halfHours(1) });
      const [{ id: slotId }] = slots as readonly [Slot];
      await engine.block({ actor, slotId });
      const { slot } = await within(host).unblock({ actor, slotId });
      expect(slot.status).toBe("available");
      await host.commit();
    });
  });

  it("do not lock a slot that a refusal only offers", async () => {
    const [host, other] = hosts as [Connection, Connection];
    const engine = createEngine({ storage: store.second });
    const { slots } = await engine.createSlots({ ...place(0), slots: halfHours(3) });
    const [taken, free] = slots as readonly [Slot, Slot];
    await engine.book({ actor, subjectId: "s", slotId: taken.id });
    await begin(host);
    await expect(within(host).book({ actor, subjectId: "s", slotId: taken.id, alternatives: 2 })).rejects.toMatchObject(
      { code: "slot_booked", details: { alternatives: [{ slotId: free.id }, {}] } },
    );
    const shown = slots.slice(1).map(({ id }) => `'${id}'`);
    await other.query(
      `select version from slotwright_slots force index (primary) where id in (${shown.join()}) for update nowait`,
    );
    await expect(
      other.query(`select version from slotwright_slots where id = '${taken.id}' for update nowait`),
    ).rejects.toThrow(/NOWAIT|timeout/i);
    await host.rollback();
  });
});
