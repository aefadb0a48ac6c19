import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { buffer, cancelDeadline, type LiveSlots, maximumRequestAge, minimumNotice } from "@slotwright/core";
import { assertSound, engineOn, minutes, patient, place, provider, publish, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { caughtUp, idsOf, withLive } from "../live-slots.ts";

/** A clock that is set, forward or back. */
function settableClock(at: Date) {
  let now = at;
  return {
    now: () => now,
    sleep: async () => {},
    set: (to: Date) => {
      now = to;
    },
  };
}

/** Waits until live slots are whole for the time that it is. */
async function whole(live: LiveSlots, what: string): Promise<void> {
  for (let waited = 0; live.freshness().isStale; waited += 5) {
    assert.ok(waited < 2_000, what);
    await pause(5);
  }
}

const dayMinutes = 24 * 60;

export const clockSetBackCases: readonly ConformanceCase[] = [
  {
    key: "clock-set-back.commands",
    title:
      "a clock that is set back harms nothing: holds and offers last until it is that late again, and versions go on in order",
    async run({ storage, second }) {
      const clock = settableClock(minutes(-60));
      const policies = [
        minimumNotice({ minutes: 30 }),
        cancelDeadline({ minutes: 30 }),
        maximumRequestAge({ minutes: 120 }),
      ];
      const [engine, other] = [engineOn(storage, { clock, policies }), engineOn(second, { clock, policies })];
      const [first, next, third] = (await publish(engine, 3)).map(({ id }) => id) as [string, string, string];
      const { holdToken } = await engine.hold({ actor: patient, slotId: first, seconds: 60 });
      const asked = await engine.request({ actor: patient, slotId: next, subjectId: "p-1", holdSeconds: 60 });
      clock.set(minutes(-180));
      const book = { actor: patient, slotId: first, subjectId: "p-1" };
      const { details } = await refusal(other.book({ ...book, subjectId: "p-2" }), "slot_held");
      assert.deepEqual(details.heldUntil, minutes(-59));
      const extended = await other.extend({ actor: patient, slotId: first, holdToken, seconds: 60 });
      assert.deepEqual(extended.slot.hold?.expiresAt, minutes(-59));
      const booked = await other.book({ ...book, holdToken });
      assert.deepEqual(booked.appointment.createdAt, minutes(-180));
      const { appointment } = await engine.accept({ actor: provider, appointmentId: asked.appointment.id });
      assert.deepEqual([appointment.createdAt, appointment.updatedAt], [minutes(-60), minutes(-180)]);
      // The deadline is as far away as the clock says.
      clock.set(minutes(-20));
      const cancel = { actor: patient, appointmentId: booked.appointment.id };
      assert.equal((await refusal(other.cancel(cancel), "policy_violation")).details.policy, "cancel_deadline");
      clock.set(minutes(-60));
      await other.cancel(cancel);
      const { items } = await engine.history({ slotId: first });
      assert.deepEqual(
        items.map(({ version, command, at }) => [version, command, at]),
        [
          [1, "createSlots", minutes(-60)],
          [2, "hold", minutes(-60)],
          [3, "extend", minutes(-180)],
          [4, "book", minutes(-180)],
          [5, "cancel", minutes(-60)],
        ],
      );
      const { entries } = await other.changes({ limit: 500 });
      const ofFirst = entries.filter(({ recordId }) => recordId === first).map(({ version }) => version);
      assert.deepEqual(ofFirst, [1, 2, 3, 4, 5]);
      const { items: free } = await engine.as(patient).findOpen({ providerIds: [place.providerId], subjectId: "p-9" });
      assert.deepEqual(idsOf(free), [first, third]);
      await assertSound(storage);
    },
  },
  {
    key: "clock-set-back.live",
    title: "live slots whose clock is set back say that they are stale until they hold again what has not begun yet",
    async run({ storage }) {
      const clock = settableClock(minutes(-10));
      const engine = engineOn(storage, { clock });
      const ids = (await publish(engine, 3)).map(({ id }) => id);
      await withLive(engine, { forDays: 2 }, async (live) => {
        await caughtUp(live, engine);
        assert.deepEqual(idsOf(live.findOpen().items), ids);
        // The window is read on after an hour, and what has begun goes.
        clock.set(minutes(130));
        for (let waited = 0; live.freshness().slots > 0 || live.freshness().isStale; waited += 5) {
          assert.ok(waited < 2_000, "the window has not moved on");
          await pause(5);
        }
        assert.deepEqual(live.findOpen().items, []);
        clock.set(minutes(-10));
        assert.equal(live.findOpen().isStale, true);
        await whole(live, "what has not begun is not read again");
        assert.deepEqual(idsOf(live.findOpen().items), ids);
      });
    },
  },
  {
    key: "clock-set-back.skipped-days",
    title: "live slots whose clock was days ahead for a moment lack nothing of what lies in between",
    async run({ storage }) {
      const clock = settableClock(minutes(-10));
      const engine = engineOn(storage, { clock });
      // None of them is held when the clock goes ahead.
      const slots = [2, 3, 12].map((days) => ({
        start: minutes(days * dayMinutes),
        end: minutes(days * dayMinutes + 30),
      }));
      const created = (await engine.createSlots({ actor: provider, ...place, slots })).slots.map(({ id }) => id);
      await withLive(engine, { forDays: 1 }, async (live) => {
        assert.deepEqual(live.findOpen().items, []);
        for (const [at, expected] of [
          [11 * dayMinutes + 60, created.slice(2)],
          [60, []],
          [dayMinutes + 60, created.slice(0, 1)],
          [2 * dayMinutes + 60, created.slice(1, 2)],
        ] as const) {
          clock.set(minutes(at));
          await whole(live, "the window has not moved");
          assert.deepEqual(idsOf(live.findOpen().items), expected);
        }
      });
    },
  },
  {
    key: "clock-set-back.left-behind",
    title:
      "live slots that slept for longer than their window know what is under way when they wake, and what it rules out",
    async run({ storage }) {
      const clock = settableClock(minutes(-10));
      const engine = engineOn(storage, { clock, policies: [buffer({ beforeMinutes: 30, afterMinutes: 30 })] });
      const at = 3 * dayMinutes;
      const slots = [at - 60, at + 60, at + 300].map((from) => ({ start: minutes(from), end: minutes(from + 120) }));
      const created = (await engine.createSlots({ actor: provider, ...place, slots })).slots.map(({ id }) => id);
      await engine.book({ actor: patient, slotId: created[0] ?? "", subjectId: "p-1" });
      await withLive(engine, { forDays: 1 }, async (live) => {
        const search = await live.forSubject({ actor: patient, subjectId: "p-2" });
        clock.set(minutes(at));
        await whole(live, "the window has not moved");
        const { items, source } = await search.findOpen();
        assert.equal(source, "live");
        assert.deepEqual(idsOf(items), created.slice(2));
        const asked = { subjectId: "p-2", from: minutes(at), to: minutes(at + dayMinutes) };
        assert.deepEqual(idsOf((await engine.as(patient).findOpen(asked)).items), idsOf(items));
      });
    },
  },
  {
    key: "clock-set-back.no-date",
    title: "a clock that returns no date is refused as such, before anything is stored",
    async run({ storage }) {
      const slot = { start: minutes(0), end: minutes(30) };
      for (const now of [new Date(Number.NaN), new Date(-(10 ** 14)), undefined, "2026-03-02T09:00:00Z", 0]) {
        const engine = engineOn(storage, { clock: { now: () => now as Date, sleep: async () => {} } });
        const { details } = await refusal(
          engine.createSlots({ actor: provider, ...place, slots: [slot] }),
          "invalid_input",
        );
        assert.deepEqual(
          details.issues.map(({ path }) => path),
          ["clock.now"],
        );
        assert.match(details.issues[0]?.message ?? "", /must return a Date/);
        await refusal(engine.listSlots({}), "invalid_input");
      }
      assert.deepEqual((await engineOn(storage).listSlots({})).items, []);
    },
  },
];
