import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { Engine } from "@slotwright/core";
import { assertSound, engineOn, minutes, patient, place, provider, refusal, tally } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { journalOf } from "../journal-of.ts";
import { appointmentOn, bookedBy, creation, slotAt, transitionOf } from "../records.ts";

/** As a host's own table may have it. The spelling is kept, and counts. */
const own = "4711 (Süd)";

const halfHour = (from: number) => ({ start: minutes(from), end: minutes(from + 30) });

async function create(engine: Engine, ...slotIds: readonly string[]): Promise<void> {
  const slots = slotIds.map((slotId, index) => ({ slotId, ...halfHour(index * 30) }));
  await engine.createSlots({ actor: provider, ...place, slots });
}

export const ownIdCases: readonly ConformanceCase[] = [
  {
    key: "own-ids.kept",
    title:
      "slots and appointments get the ids that the caller chooses, and one id may be a slot, an appointment and a key",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      await create(engine, own, "other");
      const want = { actor: patient, subjectId: "p-1", appointmentId: own, idempotencyKey: own };
      const booked = await engine.book({ ...want, slotId: own });
      assert.deepEqual([booked.appointment.id, booked.slots[0]?.id, booked.slots[0]?.appointmentId], [own, own, own]);
      const reader = engineOn(second);
      assert.deepEqual(await reader.getAppointment(own), booked.appointment);
      const commandsOf = async (record: { slotId: string } | { appointmentId: string }) =>
        (await reader.history(record)).items.map(({ command, recordKind }) => `${recordKind} ${command}`);
      assert.deepEqual(await commandsOf({ slotId: own }), ["slot createSlots", "slot book"]);
      assert.deepEqual(await commandsOf({ appointmentId: own }), ["appointment book"]);
      await engine.block({ actor: provider, slotId: "other" });
      await engine.cancel({ actor: patient, appointmentId: own });
      assert.deepEqual(await commandsOf({ appointmentId: own }), ["appointment book", "appointment cancel"]);
      const newest = await reader.history({ slotId: own, newestFirst: true, limit: 1 });
      assert.deepEqual(newest.items, (await reader.history({ slotId: own })).items.slice(-1));
      const byTime = { actor: patient, ...place, subjectId: "p-1", appointmentId: "by time", ...halfHour(0) };
      assert.equal((await engine.book(byTime)).appointment.id, "by time");
      const asked = { ...byTime, appointmentId: "asked for", ...halfHour(90), ifNoSlot: "schedule" } as const;
      assert.equal((await engine.book(asked)).appointment.id, "asked for");
      await assertSound(second);
    },
  },
  {
    key: "own-ids.apart-in-a-batch",
    title: "a slot and an appointment of one id are committed apart in one batch, and only what was changed is stale",
    async run({ storage, second }) {
      const [first, other] = [slotAt(0, { id: own }), slotAt(30)];
      await storage.commit([creation(first, other)]);
      const appointment = appointmentOn(other, { id: own });
      const blocked = { ...first, status: "blocked", version: 2 } as const;
      const both = [transitionOf("block", blocked), transitionOf("book", appointment, bookedBy(other, appointment))];
      assert.deepEqual(await storage.commit(both), [{ status: "committed" }, { status: "committed" }]);
      const late = [transitionOf("again", blocked), transitionOf("cancel", { ...appointment, version: 3 })];
      assert.deepEqual(await storage.commit(late), [
        { status: "stale", keys: [{ kind: "slot", id: own }] },
        { status: "stale", keys: [{ kind: "appointment", id: own }] },
      ]);
      const versionsOf = async (kind: "slot" | "appointment") =>
        (await journalOf(second, { record: { kind, id: own }, limit: 9 })).map(({ version }) => version);
      assert.deepEqual([await versionsOf("slot"), await versionsOf("appointment")], [[1, 2], [1]]);
    },
  },
  {
    key: "own-ids.taken",
    title:
      "an id that exists is refused with its own code, also by an engine that remembers the slot, and a repeat gets its answer",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const first = { actor: provider, ...place, idempotencyKey: "first", slots: [{ slotId: own, ...halfHour(0) }] };
      const created = await engine.createSlots(first);
      const again = { actor: provider, ...place, facilityId: "south", slots: [{ slotId: "new", ...halfHour(60) }] };
      const twice = { ...again, slots: [...again.slots, { slotId: own, ...halfHour(90) }] };
      assert.deepEqual((await refusal(engine.createSlots(twice), "slot_exists")).details, { slotId: own, index: 1 });
      await refusal(engineOn(second).getSlot("new"), "slot_not_found");
      await engine.createSlots(again);
      assert.deepEqual(await engineOn(second).createSlots(first), { ...created, replayed: true });
      const want = { actor: patient, subjectId: "p-1", appointmentId: own };
      const booked = await engine.book({ ...want, slotId: own, idempotencyKey: "booking" });
      for (const by of [engine, engineOn(second)]) {
        const taken = await refusal(by.book({ ...want, slotId: "new" }), "appointment_exists");
        assert.deepEqual(taken.details, { appointmentId: own });
        await refusal(by.book({ ...want, slotId: own }), "appointment_exists");
        await refusal(by.book({ ...want, ...place, facilityId: "south", ...halfHour(60) }), "appointment_exists");
        const again = await by.book({ ...want, slotId: own, idempotencyKey: "booking" });
        assert.deepEqual(again, { ...booked, replayed: true });
      }
      await engine.cancel({ actor: patient, appointmentId: own });
      await refusal(engine.book({ ...want, slotId: "new" }), "appointment_exists");
      assert.equal((await engine.getSlot("new")).status, "available");
      await assertSound(second);
    },
  },
  {
    key: "own-ids.dots",
    title: "no new record gets an id that URLs resolve away, and one that has it from before is found and booked",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const times = { ...place, ...halfHour(30) };
      await create(engine, "free");
      await storage.commit([creation(slotAt(60, { id: "." }), slotAt(120, { id: ".." }))]);
      for (const id of [".", ".."]) {
        const want = { actor: patient, subjectId: "p-1", appointmentId: id };
        const slots = [{ slotId: id, ...halfHour(60) }];
        const wrong: readonly (readonly [path: string, call: () => Promise<unknown>])[] = [
          ["slots.0.slotId", () => create(engine, id)],
          ["slots.0.slotId", () => engine.createManySlots({ actor: provider, ...place, slots })],
          ["appointmentId", () => engine.book({ ...want, slotId: "free" })],
          ["appointmentId", () => engine.book({ ...want, ...times, ifNoSlot: "schedule" })],
          ["appointmentId", () => engine.request({ ...want, slotId: "free" })],
          ["appointmentId", () => engine.request({ ...want, ...times })],
        ];
        for (const [path, call] of wrong) {
          const { details } = await refusal(call(), "invalid_input");
          assert.deepEqual(
            details.issues.map((issue) => [issue.path, issue.code]),
            [[path, "invalid"]],
          );
        }
        const other = engineOn(second);
        assert.equal((await other.getSlot(id)).status, "available");
        const { slots: taken } = await other.book({ actor: patient, slotId: id, subjectId: "p-1" });
        assert.deepEqual([taken[0]?.id, taken[0]?.status], [id, "booked"]);
      }
      // With anything more, URLs leave them as they are.
      await engine.book({ actor: patient, subjectId: "p-1", slotId: "free", appointmentId: "..." });
    },
  },
  {
    key: "own-ids.of-openings",
    title: "an id of the form that storages tell computed slots by is refused, whatever characters it is made of",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const taken = ["01234567-89ab-8cde-f012-3456789abcde", "🏖🏖🏖🏖🏖🏖🏖🏖-1234-8123-1234-123456789012"];
      for (const id of [...taken, "aaaaaaa\u2028-bbbb-8ccc-dddd-eeeeeeeeeeee"]) {
        const { details } = await refusal(create(engine, "other", id), "invalid_input");
        assert.deepEqual(
          details.issues.map(({ path, code }) => [path, code]),
          [["slots.1.slotId", "invalid"]],
        );
      }
      // Another version, or a character too many, is the caller's to choose.
      await create(engine, "aaaaaaa\u2028-bbbb-7ccc-dddd-eeeeeeeeeeee", "aaaaaaa\u2028-bbbb-8ccc-dddd-eeeeeeeeeeeee");
      await assertSound(second);
    },
  },
  {
    key: "own-ids.many",
    title: "createManySlots takes ids of the caller's choice, and says which input has one that exists",
    async run({ storage }) {
      const engine = engineOn(storage);
      const slots = Array.from({ length: 12 }, (_, index) => ({ slotId: `own-${index}`, ...halfHour(index * 30) }));
      await engine.createManySlots({ actor: provider, ...place, slots: slots.slice(0, 8), chunkSize: 4 });
      assert.equal((await engine.getSlot("own-7")).start.getTime(), minutes(210).getTime());
      const others = [
        { ...slots[8], slotId: "new-0" },
        { ...slots[9], slotId: "new-1" },
        { ...slots[10], slotId: "own-3" },
      ];
      const many = { actor: provider, ...place, slots: others as typeof slots, chunkSize: 1 };
      const { details } = await refusal(engine.createManySlots(many), "slot_exists");
      assert.deepEqual([details.index, details.slotId], [2, "own-3"]);
      assert.equal((await engine.getSlot("new-1")).status, "available");
    },
  },
  {
    key: "own-ids.deleted",
    title: "the id of a record that was deleted by hand stays taken, because its journal does",
    async run({ storage, corrupt }) {
      const engine = engineOn(storage);
      await create(engine, own, "other");
      const { appointment } = await engine.book({
        actor: patient,
        slotId: "other",
        subjectId: "p-1",
        appointmentId: own,
      });
      await engine.cancel({ actor: patient, appointmentId: own });
      await corrupt({
        remove: [
          { kind: "slot", id: own },
          { kind: "appointment", id: appointment.id },
        ],
      });
      const fresh = engineOn(storage);
      const slots = [{ slotId: own, ...halfHour(90) }];
      await refusal(fresh.createSlots({ actor: provider, ...place, slots }), "slot_exists");
      await refusal(
        fresh.book({ actor: patient, slotId: "other", subjectId: "p-1", appointmentId: own }),
        "appointment_exists",
      );
      await fresh.book({ actor: patient, slotId: "other", subjectId: "p-1" });
      await assertSound(storage);
    },
  },
  {
    key: "own-ids.race",
    title: "of many callers at once who choose the same id, one gets it, and the others leave nothing behind",
    async run({ storage, second }) {
      const [one, two] = [engineOn(storage), engineOn(second)];
      const rivals = Array.from({ length: 12 }, (_, index) => ({ by: index % 2 === 0 ? one : two, index }));
      const creations = rivals.map(({ by, index }) =>
        by.createSlots({
          actor: provider,
          ...place,
          providerId: `p-${index}`,
          slots: [{ slotId: own, ...halfHour(0) }],
        }),
      );
      assert.deepEqual(await tally(creations), { ok: 1, slot_exists: 11 });
      await create(one, ...rivals.map(({ index }) => `slot-${index}`));
      const bookings = rivals.map(({ by, index }) =>
        by.book({ actor: patient, slotId: `slot-${index}`, subjectId: `p-${index}`, appointmentId: own }),
      );
      assert.deepEqual(await tally(bookings), { ok: 1, appointment_exists: 11 });
      const { items } = await one.listSlots({ providerIds: [place.providerId], statuses: ["available"] });
      assert.equal(items.length, 11);
      await assertSound(storage);
    },
  },
  {
    key: "own-ids.in-a-transaction",
    title: "an id that exists is refused within a transaction, which stays usable",
    async run({ storage }) {
      const engine = engineOn(storage);
      await create(engine, "a", "b");
      await engine.book({ actor: patient, slotId: "a", subjectId: "p-1", appointmentId: own });
      const booked = await engine.transaction(async ({ engine }) => {
        const want = { actor: patient, slotId: "b", subjectId: "p-1" };
        await refusal(engine.book({ ...want, appointmentId: own }), "appointment_exists");
        const slots = [{ slotId: "a", ...halfHour(90) }];
        await refusal(engine.createSlots({ actor: provider, ...place, slots }), "slot_exists");
        return engine.book({ ...want, appointmentId: "own too" });
      });
      assert.deepEqual(await engine.getAppointment("own too"), booked.appointment);
      await assertSound(storage);
    },
  },
  {
    key: "own-ids.waited-for",
    title: "an id that comes to exist while a transaction waits for the slot is refused as one that exists",
    async run({ storage, second, beginHostTransaction }) {
      const engine = engineOn(storage);
      await create(engine, "a");
      const want = { actor: patient, slotId: "a", subjectId: "p-1", appointmentId: own };
      const host = await beginHostTransaction();
      await engine.within(host.transaction).book(want);
      const late = refusal(
        engineOn(second).transaction(({ engine }) => engine.book(want)),
        "appointment_exists",
      );
      await pause(100);
      await host.commit();
      assert.deepEqual((await late).details, { appointmentId: own });
      await assertSound(storage);
    },
  },
];
