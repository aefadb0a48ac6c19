import assert from "node:assert/strict";
import type { Page } from "@slotwright/core";
import { engineOn, manualClock, minutes, patient, provider, publish, publishOne } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

/** All items of a list, a few at a time. */
async function allOf<Item>(
  list: (page: { readonly cursor: string | null; readonly limit: number }) => Promise<Page<Item>>,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Item> = await list({ cursor, limit: 2 });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}

export const listCases: readonly ConformanceCase[] = [
  {
    key: "booking.history",
    title: "the history shows who did what, when and why, oldest first, page by page",
    async run({ storage, second }) {
      const clock = manualClock();
      const engine = engineOn(storage, { clock });
      const slot = await publishOne(engine);
      clock.advance(1000);
      const { appointment } = await engine.book({ actor: patient, slotId: slot.id, subjectId: "p-1" });
      clock.advance(1000);
      await engine.cancel({ actor: provider, appointmentId: appointment.id, reason: "ill" });
      const reader = engineOn(second);
      const { items, nextCursor } = await reader.history({ slotId: slot.id, limit: 2 });
      assert.deepEqual(
        items.map((one) => [one.version, one.command, one.fromStatus, one.toStatus, one.actor]),
        [
          [1, "createSlots", null, "available", provider],
          [2, "book", "available", "booked", patient],
        ],
      );
      assert.ok(nextCursor);
      const rest = await reader.history({ slotId: slot.id, limit: 2, cursor: nextCursor });
      assert.equal(rest.nextCursor, null);
      assert.deepEqual(
        rest.items.map((one) => [one.version, one.command, one.reason, one.at]),
        [[3, "cancel", "ill", clock.now()]],
      );
      const ofAppointment = await reader.history({ appointmentId: appointment.id });
      assert.deepEqual(
        ofAppointment.items.map((one) => one.toStatus),
        ["confirmed", "cancelled"],
      );
      assert.deepEqual((await reader.history({ slotId: appointment.id })).items, []);
    },
  },
  {
    key: "booking.lists",
    title: "lists are bounded, and their pages return everything exactly once",
    async run({ storage }) {
      const engine = engineOn(storage);
      const slots = await publish(engine, 5, 2);
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await engine.listSlots({ providerIds: ["dr-grey"], limit: 3, ...(cursor && { cursor }) });
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      assert.deepEqual([...seen].sort(), slots.map(({ id }) => id).sort());
      for (const slot of slots.slice(0, 4)) await engine.book({ actor: patient, slotId: slot.id, subjectId: slot.id });
      const page = await engine.listAppointments({ from: minutes(0), to: minutes(30), limit: 1 });
      assert.equal(page.items.length, 1);
      const next = await engine.listAppointments({ from: minutes(0), to: minutes(30), cursor: page.nextCursor ?? "" });
      assert.deepEqual([next.items.length, next.nextCursor], [1, null]);
      const bySubject = await engine.listAppointments({ subjectId: slots[3]?.id ?? "", statuses: ["confirmed"] });
      assert.equal(bySubject.items.length, 1);
      assert.deepEqual((await engine.listAppointments({ providerIds: ["nobody"] })).items, []);
      const window = { from: minutes(0), to: minutes(60) };
      assert.equal((await engine.listSlots({ ...window, statuses: ["booked"] })).items.length, 4);
      assert.equal((await engine.listSlots({ facilityId: "north", limit: 3 })).items.length, 3);
      const confirmed = { ...window, facilityId: "north", statuses: ["confirmed" as const] };
      assert.equal((await engine.listAppointments(confirmed)).items.length, 4);
    },
  },
  {
    key: "booking.lists-newest-first",
    title: "lists and histories run newest first, page by page, and refuse a cursor of the other order",
    async run({ storage }) {
      const engine = engineOn(storage);
      const slots = await publish(engine, 5, 2);
      for (const { id: slotId } of slots) await engine.book({ actor: patient, slotId, subjectId: "p-1" });
      const [first] = slots;
      const slotId = first?.id ?? "";
      await engine.checkIn({ actor: provider, appointmentId: (await engine.getSlot(slotId)).appointmentId ?? "" });
      const newestFirst = true;
      const of = { subjectId: "p-1" };
      const whole = { limit: 100 };
      for (const both of [
        { up: await engine.listSlots(whole), down: await allOf((page) => engine.listSlots({ ...page, newestFirst })) },
        {
          up: await engine.listAppointments({ ...of, ...whole }),
          down: await allOf((page) => engine.listAppointments({ ...of, ...page, newestFirst })),
        },
        {
          up: await engine.history({ slotId, ...whole }),
          down: await allOf((page) => engine.history({ slotId, ...page, newestFirst })),
        },
      ]) {
        assert.ok(both.up.items.length > 1);
        assert.deepEqual(both.down, both.up.items.toReversed());
      }
      const { nextCursor: cursor } = await engine.listSlots({ limit: 1 });
      await assert.rejects(engine.listSlots({ cursor, newestFirst }), { code: "invalid_input" });
    },
  },
];
