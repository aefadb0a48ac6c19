import assert from "node:assert/strict";
import { type Engine, isBookingError } from "@slotwright/core";
import { assertSound, minutes, place, provider, refusal, tally } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { intercepted, interrupted } from "../intercepted.ts";
import { bookAt, computed, found, shownTimes, stage } from "./computed.ts";

const by = { actor: provider, ...place };
const dayMinutes = 24 * 60;
const mornings = computed("09:00", "11:00");
/** The first day of the cases. */
const firstDay = { to: minutes(dayMinutes - 600) };

/** What is committed after a booking of 09:30 has decided, and before it commits. It then finds the time taken, or none. */
const meanwhile: readonly { readonly what: string; readonly does: (engine: Engine) => Promise<unknown> }[] = [
  { what: "the time is booked", does: (engine) => bookAt(engine, 30) },
  { what: "a longer time around it is booked", does: (engine) => bookAt(engine, 0, 90) },
  {
    what: "the day is closed",
    does: (engine) =>
      engine.setAvailability({
        ...by,
        hours: { ...mornings, exceptions: [{ first: "2026-03-02", last: "2026-03-02", hours: [] }] },
      }),
  },
  {
    what: "the hours are only published from now on",
    does: (engine) => engine.setAvailability({ ...by, hours: { ...mornings, openings: "published" } }),
  },
  {
    what: "a slot is created across it, and blocked",
    async does(engine) {
      const { slots } = await engine.createSlots({ ...by, slots: [{ start: minutes(45), end: minutes(75) }] });
      await engine.block({ actor: provider, slotId: slots[0]?.id ?? "" });
    },
  },
  {
    what: "other hours are published there",
    async does(engine) {
      const offset = computed("09:15", "11:15");
      await engine.setAvailability({ ...by, hours: { ...offset, openings: "published" } });
      await engine.publishSlots({ ...by, until: minutes(dayMinutes) });
      await engine.setAvailability({ ...by, hours: mornings });
    },
  },
];

export const computedRaceCases: readonly ConformanceCase[] = [
  {
    key: "computed.between",
    title:
      "what is booked, closed, created or published before the booking of an opening commits is what it decides on",
    async run({ open }) {
      for (const { what, does } of meanwhile) {
        const { storage, second } = await open();
        const { next, stopping } = interrupted(storage);
        const [engine, other] = [stage(stopping), stage(second)];
        await other.setAvailability({ ...by, hours: mornings });
        next.do = () => does(other);
        const outcome = await bookAt(engine, 30).catch((error: unknown) => error);
        assert.ok(isBookingError(outcome, "no_slot_available"), `${what}: ${String(outcome)}`);
        assert.equal(next.do, undefined);
        await assertSound(storage);
      }
    },
  },
  {
    key: "computed.published-between",
    title: "a slot that is made while a booking looks at the hours is the one that is booked",
    async run({ storage, second }) {
      const other = stage(second);
      await other.setAvailability({ ...by, hours: mornings });
      let publish = true;
      const slots = [{ start: minutes(30), end: minutes(60) }];
      const between = intercepted(storage, (calls) => ({
        ...calls,
        async load(keys, call) {
          const isNow = publish && keys.some(({ kind }) => kind === "availability");
          if (isNow) publish = false;
          if (isNow) await other.createSlots({ ...by, slots });
          return calls.load(keys, call);
        },
      }));
      const { slots: booked } = await bookAt(stage(between), 30);
      assert.deepEqual([publish, booked[0]?.version], [false, 2]);
      await assertSound(storage);
    },
  },
  {
    key: "computed.one-opening",
    title: "of twenty callers for one opening one gets it, and of twenty for its eight seats eight do",
    async run({ storage, second }) {
      const engines = [stage(storage), stage(second)] as const;
      await engines[0].setAvailability({ ...by, hours: mornings });
      const twenty = (from: number) =>
        Array.from({ length: 20 }, (_, index) =>
          bookAt(engines[index % 2 === 0 ? 0 : 1], from, 30, { subjectId: `p-${index}` }),
        );
      assert.deepEqual(await tally(twenty(0)), { ok: 1, no_slot_available: 19 });
      await engines[0].setAvailability({ ...by, hours: computed("09:00", "11:00", { capacity: 8 }) });
      assert.deepEqual(await tally(twenty(60)), { ok: 8, no_slot_available: 12 });
      assert.deepEqual(shownTimes(await found(engines[1], firstDay)), ["0x7", "30x8", "90x8"]);
      await assertSound(storage);
    },
  },
  {
    key: "computed.lengths-race",
    title: "openings of different lengths that are booked, cancelled and published at once never overlap",
    async run({ storage, second }) {
      const engines = [stage(storage), stage(second)] as const;
      const hours = { ...computed("09:00", "11:00", { step: 15 }), openings: "both" } as const;
      await engines[0].setAvailability({ ...by, hours });
      for (let round = 0; round < 3; round += 1) {
        const calls = Array.from({ length: 12 }, (_, index) => {
          const engine = engines[index % 2 === 0 ? 0 : 1];
          return bookAt(engine, 15 * (index % 6), 30 + 15 * (index % 3), { subjectId: `p-${index}` });
        });
        const publishing = engines[1].publishSlots({ ...by, until: minutes(dayMinutes * (round - 1)) });
        const [outcomes] = await Promise.all([Promise.allSettled(calls), publishing]);
        const refused = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
        for (const error of refused) assert.ok(isBookingError(error, "no_slot_available"), String(error));
        assert.ok(refused.length < calls.length);
        await assertSound(storage);
        const cancelled = outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value.appointment.id] : []));
        await Promise.all(
          cancelled.map((appointmentId, index) =>
            engines[index % 2 === 0 ? 0 : 1].cancel({ actor: provider, appointmentId }),
          ),
        );
        await assertSound(storage);
      }
    },
  },
  {
    key: "computed.closing-race",
    title: "a day that is closed while it is booked keeps what was booked before, and takes nothing more",
    async run({ storage, second }) {
      const engines = [stage(storage), stage(second)] as const;
      for (let round = 0; round < 3; round += 1) {
        await engines[0].setAvailability({ ...by, hours: mornings });
        const closed = engines[1].setAvailability({ ...by, hours: computed("09:00", "11:00", {}, { weekly: [] }) });
        const outcome = await tally([bookAt(engines[0], 30 * round), closed]);
        assert.equal((outcome.ok ?? 0) + (outcome.no_slot_available ?? 0), 2);
        await refusal(bookAt(engines[0], 90), "no_slot_available");
        await assertSound(storage);
      }
    },
  },
  {
    key: "computed.within",
    title: "the booking of an opening within a transaction comes and goes with it",
    async run({ storage, second, beginHostTransaction }) {
      const engine = stage(storage);
      await engine.setAvailability({ ...by, hours: mornings });
      for (const end of ["rollback", "commit"] as const) {
        const host = await beginHostTransaction();
        const inside = engine.within(host.transaction);
        await bookAt(inside, 30);
        await refusal(bookAt(inside, 30), "no_slot_available");
        await refusal(bookAt(inside, 0, 60), "no_slot_available");
        assert.deepEqual(shownTimes(await found(inside, firstDay)), ["0", "60", "90"]);
        await host[end]();
      }
      assert.deepEqual(shownTimes(await found(stage(second), firstDay)), ["0", "60", "90"]);
      await assertSound(storage);
    },
  },
];
