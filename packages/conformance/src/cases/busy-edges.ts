import assert from "node:assert/strict";
import type { BusyInterval, Engine, Slot, StorageAdapter } from "@slotwright/core";
import { assertSound, minutes, patient, place, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { intercepted } from "../intercepted.ts";
import { busy, busyStage, countsOf, day, importing, listed, statusesOf } from "./busy-stage.ts";

/** Weeks of busy times begin on Thursday at midnight. */
const edge = 3 * day - 9 * 60;
const weeks = { from: minutes(-60), until: minutes(40 * day) };

async function slotOn(engine: Engine, start: number, end: number): Promise<Slot> {
  const created = await engine.createSlots({ actor: provider, ...place, slots: [busy(start, end)] });
  return created.slots[0] ?? assert.fail();
}

/** An engine that writes down what becomes of a slot after each of its commits. */
function watched({ storage, second }: { readonly storage: StorageAdapter; readonly second: StorageAdapter }) {
  const other = busyStage(second);
  const states: string[] = [];
  const watching: { slotId?: string } = {};
  const noting = intercepted(storage, (calls) => ({
    async commit(transitions, call) {
      const outcomes = await calls.commit(transitions, call);
      if (watching.slotId !== undefined) states.push((await other.getSlot(watching.slotId)).status);
      return outcomes;
    },
  }));
  return { engine: busyStage(noting), other, states, watching };
}

const [before, after] = [edge - 240, edge + 240];

/** What a calendar says first, and what it says next. Both meet a slot across the edge. */
const moves: readonly (readonly [what: string, first: BusyInterval, next: BusyInterval])[] = [
  ["is cut short before the edge", busy(before, after), busy(edge, after)],
  ["is cut short behind the edge", busy(before, after), busy(before, edge)],
  ["goes from before the edge behind it", busy(before, edge), busy(edge, after)],
  ["goes from before the edge to a little behind it", busy(before, edge), busy(edge + 10, after)],
  ["goes from behind the edge before it", busy(edge, after), busy(before, edge)],
  ["grows over the edge", busy(before, edge), busy(before, after)],
  ["grows over the edge from behind", busy(edge + 10, after), busy(before, after)],
];

export const busyEdgeCases: readonly ConformanceCase[] = [
  {
    key: "busy.edge-moved",
    title:
      "a slot across the edge of two weeks is never free while busy time that meets it moves, and is free when it is over",
    async run({ open }) {
      for (const [what, first, next] of moves) {
        const store = await open();
        const { engine, other, states, watching } = watched(store);
        const slot = await slotOn(other, edge - 30, edge + 30);
        await importing(engine, [first], weeks);
        watching.slotId = slot.id;
        const dry = await importing(engine, [next], { ...weeks, dryRun: true });
        const done = await importing(engine, [next], weeks);
        assert.deepEqual(done, { ...dry, dryRun: false }, what);
        assert.deepEqual([done.blocked, done.freed], [0, 0], what);
        assert.deepEqual([...new Set(states)], ["blocked"], what);
        assert.equal((await other.getSlot(slot.id)).version, 2, what);
        assert.deepEqual(countsOf(await importing(engine, [next], weeks)).slice(2), [0, 0, 0, 0], what);
        const over = await importing(engine, [], weeks);
        assert.deepEqual([over.blocked, over.freed], [0, 1], what);
        assert.deepEqual(
          (await listed(other)).map(({ status }) => status),
          ["available"],
          what,
        );
        await assertSound(store.storage);
      }
    },
  },
  {
    key: "busy.edge-window",
    title: "an import that ends at the edge of two weeks leaves blocked what is busy behind it",
    async run({ storage }) {
      const engine = busyStage(storage);
      const slot = await slotOn(engine, edge - 30, edge + 30);
      await importing(engine, [busy(before, after)], weeks);
      const early = { ...weeks, until: minutes(edge) };
      assert.deepEqual(countsOf(await importing(engine, [], early)), [0, 0, 1, 0, 0, 0]);
      assert.equal((await engine.getSlot(slot.id)).status, "blocked");
      const { busy: sources } = await engine.as(provider).explain({ slotId: slot.id });
      assert.deepEqual(
        sources.map(({ source }) => source),
        ["hospital"],
      );
      const late = { ...weeks, from: minutes(edge) };
      assert.deepEqual(countsOf(await importing(engine, [], late)), [0, 0, 1, 0, 1, 0]);
      assert.equal((await engine.getSlot(slot.id)).status, "available");
      // The other way round.
      await importing(engine, [busy(before, after)], weeks);
      assert.deepEqual(countsOf(await importing(engine, [], late)), [0, 0, 1, 0, 0, 0]);
      assert.equal((await engine.getSlot(slot.id)).status, "blocked");
      assert.deepEqual(countsOf(await importing(engine, [], early)), [0, 0, 1, 0, 1, 0]);
      await assertSound(storage);
    },
  },
  {
    key: "busy.edge-ended-early",
    title: "what an import has said is over before it ended early is not busy again by one that tells of less",
    async run({ storage }) {
      const engine = busyStage(storage);
      const [early, across] = [
        await slotOn(engine, before + 60, before + 120),
        await slotOn(engine, edge - 30, edge + 30),
      ];
      const first = before - 480;
      await importing(engine, [busy(first, edge)], weeks);
      const ending = new AbortController();
      const cut = intercepted(storage, (calls) => ({
        async commit(transitions, call) {
          const outcomes = await calls.commit(transitions, call);
          ending.abort();
          return outcomes;
        },
      }));
      const moved = importing(busyStage(cut), [busy(edge + 20, after)], { ...weeks, signal: ending.signal });
      assert.equal(
        await moved.then(
          () => "done",
          () => "ended",
        ),
        "ended",
      );
      assert.equal(await statusesOf(engine, [early, across]), "available blocked");
      const done = await importing(engine, [], { ...weeks, until: minutes(edge - 90) });
      assert.deepEqual([done.created, done.blocked], [0, 0]);
      assert.equal(await statusesOf(engine, [early, across]), "available available");
      await assertSound(storage);
    },
  },
  {
    key: "busy.edge-left-alone",
    title:
      "a slot across the edge of two weeks that somebody has unblocked is left alone, also if its busy time grows over the edge",
    async run({ storage }) {
      const engine = busyStage(storage);
      const slot = await slotOn(engine, edge - 30, edge + 30);
      await importing(engine, [busy(before, after)], weeks);
      await engine.unblock({ actor: provider, slotId: slot.id });
      assert.deepEqual(countsOf(await importing(engine, [busy(before, after)], weeks)), [0, 2, 0, 0, 0, 0]);
      const others = [busy(before, edge), busy(edge, after), busy(before, edge), busy(before, edge + 20)];
      for (const one of [...others, busy(edge, after), busy(before, after)]) {
        assert.equal((await importing(engine, [one], weeks)).blocked, 0);
        assert.equal((await engine.getSlot(slot.id)).status, "available");
      }
      await importing(engine, [], weeks);
      // What comes anew blocks it again.
      assert.equal((await importing(engine, [busy(edge + 10, after)], weeks)).blocked, 1);
      await assertSound(storage);
    },
  },
  {
    key: "busy.edge-counts",
    title: "a slot across the edge of two weeks counts once, and a dry run says what the import then does",
    async run({ storage }) {
      const engine = busyStage(storage);
      const [free, taken] = [await slotOn(engine, edge - 30, edge + 30), await slotOn(engine, edge - 120, edge - 60)];
      const long = await slotOn(engine, edge + 30, edge + 8 * day);
      for (const slotId of [taken.id, long.id]) {
        await engine.book({ actor: patient, slotId, subjectId: `of ${slotId}` });
      }
      const dry = await importing(engine, [busy(before, edge + 9 * day)], { ...weeks, dryRun: true });
      assert.deepEqual(countsOf(dry), [3, 0, 0, 1, 0, 2]);
      const done = await importing(engine, [busy(before, edge + 9 * day)], weeks);
      assert.deepEqual(done, { ...dry, dryRun: false });
      assert.deepEqual(
        done.taken.map(({ slotId }) => slotId),
        [taken.id, long.id],
      );
      assert.equal((await engine.getSlot(free.id)).status, "blocked");
      const moved = [busy(edge + 7 * day, edge + 9 * day)];
      const dryMove = await importing(engine, moved, { ...weeks, dryRun: true });
      assert.deepEqual(countsOf(dryMove), [0, 1, 2, 0, 1, 1]);
      assert.deepEqual(await importing(engine, moved, weeks), { ...dryMove, dryRun: false });
      await assertSound(storage);
    },
  },
  {
    key: "busy.edge-long",
    title:
      "a slot of several weeks stays blocked while busy time moves from its first week to its last, or is of two calendars",
    async run(store) {
      const { engine, other, states, watching } = watched(store);
      const slot = await slotOn(other, 0, 25 * day);
      const [first, last] = [busy(0, 60), busy(24 * day, 24 * day + 60)];
      await importing(engine, [first], weeks);
      watching.slotId = slot.id;
      assert.deepEqual(countsOf(await importing(engine, [last], weeks)), [1, 0, 1, 0, 0, 0]);
      assert.deepEqual(countsOf(await importing(engine, [first], weeks)), [1, 0, 1, 0, 0, 0]);
      const elsewhere = { ...weeks, source: "private" };
      assert.deepEqual(countsOf(await importing(engine, [last], elsewhere)), [1, 0, 0, 0, 0, 0]);
      assert.deepEqual(countsOf(await importing(engine, [], weeks)), [0, 0, 1, 0, 0, 0]);
      assert.deepEqual([...new Set(states)], ["blocked"]);
      assert.equal((await other.getSlot(slot.id)).version, 2);
      assert.deepEqual(countsOf(await importing(engine, [], elsewhere)), [0, 0, 1, 0, 1, 0]);
      await assertSound(store.storage);
    },
  },
  {
    key: "busy.edge-other",
    title: "nothing is freed at the edge of two weeks in the place of what was created there meanwhile",
    async run({ storage }) {
      const engine = busyStage(storage);
      const slot = await slotOn(engine, edge - 30, edge + 10 * day);
      await importing(engine, [busy(before, edge)], weeks);
      await slotOn(engine, edge + 9 * day, edge + 9 * day + 30);
      assert.deepEqual(countsOf(await importing(engine, [], { ...weeks, until: minutes(edge) })), [0, 0, 1, 0, 0, 0]);
      assert.equal((await engine.getSlot(slot.id)).status, "blocked");
      await refusal(engine.unblock({ actor: provider, slotId: slot.id }), "slot_overlap");
      await assertSound(storage);
    },
  },
];
