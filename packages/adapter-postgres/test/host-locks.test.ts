import { sampleInstant as at } from "@slotwright/conformance";
import { createEngine, isBookingError } from "@slotwright/core";
import type { Client } from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-harness.ts";

const actor = { kind: "provider", id: "p" };
const place = { providerId: "p", facilityId: "f" };
const halfHours = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ start: at(index * 30), end: at(index * 30 + 30) }));
const levels = ["read committed", "repeatable read"];
const clock = { now: () => at(-60), sleep: () => Promise.resolve() };

describeOnServer("a host's transaction", (url) => {
  let store: PostgresStore;
  beforeEach(async () => {
    store = await openPostgresStore(url());
    // On a new database, concurrent callers wait for the one that stores the settings.
    await store.storage.storeSettings({ overlapScope: "facility", idempotencyScope: "actor" });
  });
  afterEach(() => store.close());

  const within = (transaction: Client) => createEngine({ storage: store.storage, clock }).within(transaction);

  it.each(levels)("does not lock the free slots that a refusal in it offers, at %s", async (level) => {
    const outside = createEngine({ storage: store.second, clock });
    const { slots } = await outside.createSlots({ actor, ...place, slots: halfHours(4) });
    const [taken = "", ...free] = slots.map(({ id }) => id);
    await outside.book({ actor, slotId: taken, subjectId: "s" });
    const host = await store.beginHostTransaction(`begin isolation level ${level}`);
    const refusal = await within(host.transaction)
      .book({ actor, slotId: taken, subjectId: "t", alternatives: 3 })
      .catch((error: unknown) => error);
    if (!isBookingError(refusal, "slot_booked")) throw refusal;
    expect(refusal.details.alternatives?.map(({ slotId }) => slotId)).toEqual(free);
    const others = await store.beginHostTransaction();
    const locked = await others.transaction.query(
      "select id from slotwright_slots where id = any ($1) for update skip locked",
      [[taken, ...free]],
    );
    // The requested slot is locked: what was decided on it holds until the host's transaction ends.
    expect(locked.rows.map(({ id }) => id).sort()).toEqual(free.toSorted());
    await others.rollback();
    for (const slotId of free) await outside.book({ actor, slotId, subjectId: "u" });
    await host.commit();
  });

  it.each(levels)("does not lock the schedule whose zone a refusal in it tells, at %s", async (level) => {
    const outside = createEngine({ storage: store.second, clock });
    const create = (from: number) => {
      const slots = [{ start: at(from), end: at(from + 30) }];
      return outside.createSlots({ actor, ...place, timeZone: "Europe/Berlin", slots });
    };
    const slotId = (await create(0)).slots[0]?.id ?? "";
    await outside.hold({ actor, slotId });
    const host = await store.beginHostTransaction(`begin isolation level ${level}`);
    const refusal = await within(host.transaction)
      .book({ actor, slotId, subjectId: "t" })
      .catch((error: unknown) => error);
    if (!isBookingError(refusal, "slot_held")) throw refusal;
    expect(refusal.details.timeZone).toBe("Europe/Berlin");
    const others = await store.beginHostTransaction();
    const free = await others.transaction.query("select id from slotwright_schedules for update skip locked");
    expect(free.rows).toHaveLength(1);
    await others.rollback();
    await create(30);
    await host.commit();
  });

  it.each(levels)(
    "that creates the first slots of a new provider never waits for others that do so, at %s",
    async (level) => {
      const hosts = await Promise.all(
        Array.from({ length: 12 }, () => store.beginHostTransaction(`begin isolation level ${level}`)),
      );
      // All have read, and found nothing, before the first one writes.
      for (const { transaction } of hosts) await within(transaction).listSlots({});
      const before = await deadlocks();
      for (const [index, { transaction }] of hosts.entries()) {
        const slots = halfHours(3);
        const created = await within(transaction).createSlots({ actor, ...place, providerId: `p-${index}`, slots });
        expect(created.slots).toHaveLength(3);
      }
      await Promise.all(hosts.map(({ commit }) => commit()));
      const { items } = await createEngine({ storage: store.second, clock }).listSlots({ limit: 100 });
      expect(items).toHaveLength(12 * 3);
      expect(await deadlocks()).toBe(before);
    },
  );

  it.each(levels)(
    "that creates the first slots of its own new providers commits beside many that do so, at %s",
    async (level) => {
      for (let round = 0; round < 5; round++) {
        const hosts = await Promise.all(
          Array.from({ length: 12 }, () => store.beginHostTransaction(`begin isolation level ${level}`)),
        );
        const outcomes = await Promise.all(
          hosts.map(async ({ transaction, commit }, index) => {
            for (const providerId of [`a-${round}-${index}`, `b-${round}-${11 - index}`]) {
              await within(transaction).createSlots({ actor, ...place, providerId, slots: halfHours(2) });
            }
            await commit();
            return "committed";
          }),
        );
        expect(outcomes).toEqual(Array(12).fill("committed"));
      }
    },
  );

  async function deadlocks(): Promise<number> {
    const { rows } = await store.pool.query(
      "select deadlocks::int from pg_stat_database where datname = current_database()",
    );
    return rows[0].deadlocks;
  }
});
