import assert from "node:assert/strict";
import type { AccessRequest, ActorEngine, Authorize, Engine, Slot } from "@slotwright/core";
import fc from "fast-check";
import { checkProperty } from "../check-property.ts";
import { assertSound, engineOn, minutes, patient, place, provider, publish, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { counting, desk, house, pagesOf, stranger } from "./access-stage.ts";

/** Slots, appointments on some of them, and the long history of one slot. */
async function furnished(engine: Engine) {
  const slots = await publish(engine, 12, 2);
  for (const { id } of slots.slice(0, 14)) await engine.book({ actor: patient, slotId: id, subjectId: "p-1" });
  const slotId = slots.at(-1)?.id ?? "";
  for (let change = 0; change < 6; change++) {
    await engine.block({ actor: provider, slotId });
    await engine.unblock({ actor: provider, slotId });
  }
  return slotId;
}

/** The three lists, each with what tells its items apart. */
const listsOf = (slotId: string) => ({
  slots: {
    list: (engine: ActorEngine, page: object) => engine.listSlots(page),
    name: (item: object) => (item as Slot).id,
  },
  appointments: {
    list: (engine: ActorEngine, page: object) => engine.listAppointments(page),
    name: (item: object) => (item as Slot).id,
  },
  history: {
    list: (engine: ActorEngine, page: object) => engine.history({ slotId, ...page }),
    name: (item: object) => String((item as Slot).version),
  },
});

const nameIn = (request: AccessRequest): string => {
  if (request.action === "list") return request.record.id;
  return request.action === "history" ? String(request.entry.version) : "";
};

export const accessListCases: readonly ConformanceCase[] = [
  {
    key: "access.pages",
    title: "the pages of a list or a history are what the actor sees, in order and once, whatever is left out",
    async run({ storage, propertyRuns }) {
      const slotId = await furnished(engineOn(storage));
      const lists = listsOf(slotId);
      let hidden = new Set<string>();
      const authorize: Authorize = (request) => (hidden.has(nameIn(request)) ? "Not for you." : undefined);
      const open = engineOn(storage).as(patient);
      const engine = engineOn(storage, { authorize }).as(patient);
      const drawn = fc.record({
        which: fc.constantFrom(...(Object.keys(lists) as (keyof typeof lists)[])),
        limit: fc.integer({ min: 1, max: 30 }),
        newestFirst: fc.boolean(),
        isHidden: fc.array(fc.boolean(), { minLength: 24, maxLength: 24 }),
      });
      const property = fc.asyncProperty(drawn, async ({ which, limit, newestFirst, isHidden }) => {
        const { list, name } = lists[which];
        const { items } = await list(open, { newestFirst });
        const names = (items as readonly object[]).map(name);
        hidden = new Set(names.filter((_, index) => isHidden[index]));
        const visible = names.filter((one) => !hidden.has(one));
        const pages = await pagesOf<object>((page) => list(engine, { ...page, limit, newestFirst }), limit);
        assert.deepEqual(pages.flat().map(name), visible);
        // So few items are all looked at: each page is full, and nothing tells of what is left out after the last one.
        assert.deepEqual(pages.length, Math.max(1, Math.ceil(visible.length / limit)));
      });
      await checkProperty(property, propertyRuns);
    },
  },
  {
    key: "access.bounded",
    title: "a list that leaves almost everything out answers after bounded work, and its cursor goes on from there",
    async run({ storage }) {
      const total = 4_300;
      const slots = Array.from({ length: total }, (_, index) => ({ start: minutes(index), end: minutes(index + 1) }));
      await engineOn(storage).createSlots({ actor: provider, ...place, slots });
      let lookedAt = 0;
      const shown = new Set([3, 1_900, 2_000, 2_001, total - 1].map((index) => minutes(index).getTime()));
      const authorize: Authorize = (request) => {
        lookedAt += 1;
        return request.action === "list" && shown.has(request.record.start.getTime()) ? undefined : "Not yours.";
      };
      const { counted, reads } = counting(storage);
      const engine = engineOn(counted, { authorize }).as(patient);
      for (const limit of [1, 2, 500]) {
        let most = 0;
        const pages = await pagesOf(async ({ cursor }) => {
          lookedAt = 0;
          const { count, outcome } = await reads(() => engine.listSlots({ cursor, limit }));
          assert.ok(count <= 10, `${count} reads`);
          most = Math.max(most, lookedAt);
          return outcome as Awaited<ReturnType<ActorEngine["listSlots"]>>;
        }, limit);
        assert.deepEqual(new Set(pages.flat().map(({ start }) => start?.getTime())), shown);
        assert.equal(pages.flat().length, shown.size);
        assert.ok(most <= 2_000, `${most} looked at`);
        // Each call goes on after the last record that the one before looked at.
        if (limit === 500) assert.equal(pages.length, 3);
      }
    },
  },
  {
    key: "access.hidden-fields",
    title: "a field that authorize hides is null in what the actor gets, and is stored as it was",
    async run({ storage }) {
      const stage = await house(storage, {
        authorize: ({ action }) =>
          action === "history" ? { hide: ["actor"] } : { hide: ["subjectId", "metadata", "appointmentId", "hold"] },
      });
      const { engine, own, slots } = stage;
      const reader = engine.as(desk);
      const hidden = { ...own, subjectId: null, metadata: null };
      assert.deepEqual(await reader.getAppointment(own.id), hidden);
      assert.deepEqual((await reader.listAppointments({})).items[0], hidden);
      const slotId = own.slotIds[0] ?? "";
      const slot = { ...(await engine.getSlot(slotId)), appointmentId: null, hold: null, metadata: null };
      assert.deepEqual(await reader.getSlot(slotId), slot);
      assert.deepEqual((await reader.listSlots({})).items[0], slot);
      assert.equal((await reader.listSlots({})).items.length, slots.length);
      const { items } = await engine.history({ appointmentId: own.id });
      const [entry] = (await reader.history({ appointmentId: own.id })).items;
      assert.deepEqual(entry, {
        ...items[0],
        actor: null,
        // It has a hash of the actor.
        commandId: null,
        changes: { ...items[0]?.changes, subjectId: { to: null }, metadata: { to: null } },
      });
      const ofSlot = (await reader.history({ slotId })).items[1];
      assert.deepEqual(ofSlot?.changes, {
        status: { from: "available", to: "booked" },
        appointmentId: { from: null, to: null },
      });
      assert.deepEqual(await engine.getAppointment(own.id), own);
      await assertSound(storage);
    },
  },
  {
    key: "access.hidden-filter",
    title: "a list by a field that is hidden finds nothing, since that would tell what the field holds",
    async run({ storage }) {
      const { engine } = await house(storage);
      const ofDesk = engine.as(desk);
      assert.equal((await ofDesk.listAppointments({})).items.length, 2);
      assert.deepEqual(await ofDesk.listAppointments({ subjectId: "p-1" }), { items: [], nextCursor: null });
      assert.equal((await engine.as(patient).listAppointments({ subjectId: "p-1" })).items.length, 1);
      assert.deepEqual((await engine.as(stranger).listAppointments({ subjectId: "p-1" })).items, []);
    },
  },
  {
    key: "access.history",
    title: "a history shows the entries that the actor may see, of a record that they may see and that exists",
    async run({ storage, corrupt }) {
      const { engine, own, other } = await house(storage);
      await engine.cancel({ actor: provider, appointmentId: own.id });
      const { items } = await engine.as(patient).history({ appointmentId: own.id });
      assert.deepEqual(
        items.map(({ command, actor }) => [command, actor]),
        [
          ["book", patient],
          ["cancel", null],
        ],
      );
      assert.deepEqual(await engine.as(patient).history({ appointmentId: other.id }), { items: [], nextCursor: null });
      await corrupt({ remove: [{ kind: "appointment", id: own.id }] });
      assert.deepEqual((await engine.as(patient).history({ appointmentId: own.id })).items, []);
      assert.equal((await engine.history({ appointmentId: own.id })).items.length, 2);
    },
  },
  {
    key: "access.check-sync",
    title: "checkSync names no record that the actor may not see",
    async run({ storage, corrupt }) {
      const { engine, own, other, slots } = await house(storage);
      const slot = await engine.getSlot(own.slotIds[0] ?? "");
      await corrupt({ put: [{ ...slot, appointmentId: other.id }] });
      const all = await engine.checkSync(slot.id);
      const seen = await engine.as(patient).checkSync(slot.id);
      const kinds = ({ faults }: typeof all) => faults.map(({ kind }) => kind);
      assert.deepEqual([seen.inSync, kinds(seen)], [false, kinds(all)]);
      const named = (report: typeof all) => report.faults.flatMap(({ records }) => records.map(({ id }) => id));
      assert.ok(named(all).includes(other.id));
      assert.ok(named(seen).includes(slot.id) && !named(seen).includes(other.id));
      const authorize: Authorize = () => ({ hide: ["appointmentId"] });
      const withoutLink = await engineOn(storage, { authorize }).as(patient).checkSync(slot.id);
      assert.deepEqual([kinds(withoutLink), named(withoutLink).includes(other.id)], [kinds(all), false]);
      assert.equal((await engine.as(patient).checkSync(slots[2]?.id ?? "")).inSync, true);
      await refusal(engine.as(patient).checkSync(slots[1]?.id ?? ""), "slot_not_found");
    },
  },
  {
    key: "access.check-sync-of-one-id",
    title: "checkSync names an appointment that the actor may see, even if it has the id of the slot",
    async run({ storage, corrupt }) {
      const engine = engineOn(storage, { authorize: () => undefined });
      const id = "4711";
      const slots = [{ slotId: id, start: minutes(0), end: minutes(30) }];
      await engine.createSlots({ actor: provider, ...place, slots });
      const want = { actor: patient, slotId: id, subjectId: "p-1", appointmentId: id };
      const { appointment } = await engine.book(want);
      await corrupt({ put: [{ ...appointment, end: minutes(40) }] });
      const { faults } = await engine.checkSync(id);
      assert.ok(faults.some(({ records }) => records.length === 2));
      assert.deepEqual((await engine.as(patient).checkSync(id)).faults, faults);
    },
  },
];
