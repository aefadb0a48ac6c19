import assert from "node:assert/strict";
import {
  buffer,
  type Engine,
  type ErrorCode,
  isBookingError,
  maximumHolds,
  minimumNotice,
  type StorageAdapter,
} from "@slotwright/core";
import {
  assertOneAndReplays,
  assertSound,
  manualClock,
  minutes,
  patient,
  place,
  provider,
  refusal,
  tally,
} from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { interrupted } from "../intercepted.ts";
import { bookAt, computed, found, shownTimes, stage } from "./computed.ts";
import { holdAt } from "./computed-holds.ts";

const by = { actor: provider, ...place };
const dayMinutes = 24 * 60;
const firstDay = { to: minutes(dayMinutes - 600) };
const mornings = computed("09:00", "11:00", { step: 15 });
const published = { ...computed("09:15", "10:15"), openings: "published" } as const;
const elsewhere = { ...by, source: "elsewhere", from: minutes(0), until: minutes(120) };

/** A row's own provider. A store of its own would take longer than the row. */
type Where = Record<keyof typeof place, string>;

const eachWithProvider = <Row>(rows: readonly Row[]): readonly (Row & { readonly where: Where })[] =>
  rows.map((row, index) => ({ ...row, where: { ...place, providerId: `dr-${index}` } }));

/** Something that puts a slot across half past nine, after some preparation. */
interface Across {
  readonly what: string;
  readonly before?: (engine: Engine, where: Where) => Promise<unknown>;
  readonly does: (engine: Engine, where: Where, prepared: unknown) => Promise<unknown>;
}

const across: readonly Across[] = [
  { what: "a booking", does: (engine, where) => bookAt(engine, 15, 45, where) },
  { what: "another hold", does: (engine, where) => holdAt(engine, 45, 30, where) },
  {
    what: "a request that is accepted",
    before: async (engine, where) => {
      const time = { start: minutes(15), end: minutes(60) };
      return (await engine.request({ actor: patient, subjectId: "p-1", ...where, ...time })).appointment.id;
    },
    does: (engine, _, appointmentId) => engine.accept({ actor: provider, appointmentId: String(appointmentId) }),
  },
  {
    what: "an appointment that is moved",
    before: async (engine, where) => (await bookAt(engine, 75, 30, where)).appointment.id,
    does: (engine, _, id) =>
      engine.reschedule({ actor: patient, appointmentId: String(id), start: minutes(45), end: minutes(105) }),
  },
  {
    what: "a slot that is created",
    does: (engine, where) => engine.createSlots({ ...by, ...where, slots: [{ start: minutes(40), end: minutes(70) }] }),
  },
  {
    what: "slots that are published",
    async does(engine, where) {
      await engine.setAvailability({ ...by, ...where, hours: published });
      const { created } = await engine.publishSlots({ ...by, ...where, until: minutes(dayMinutes - 600) });
      assert.equal(created, 2);
    },
  },
];

/** What is refused while the hold lasts. */
const refusedAcross: readonly Across[] = [
  ...across.filter(({ what }) => what !== "slots that are published"),
  {
    what: "a block of it",
    async does(engine, { providerId }) {
      const held = { providerIds: [providerId], statuses: ["held"] } as const;
      const { items } = await engine.listSlots({ ...held, from: minutes(0), ...firstDay });
      await engine.block({ actor: provider, slotId: items[0]?.id ?? "" });
    },
  },
];

const refusals: ReadonlySet<ErrorCode> = new Set(["no_slot_available", "slot_overlap", "slot_held"]);

function staged(storage: StorageAdapter, second: StorageAdapter, options: object = {}) {
  const clock = manualClock();
  const { next, stopping } = interrupted(storage);
  return { clock, next, engine: stage(stopping, { clock, ...options }), other: stage(second, { clock, ...options }) };
}

/** What is committed after a hold of 09:30 has decided, and before it commits. It then finds the time taken, or none. */
const meanwhile: readonly Omit<Across, "before">[] = [
  { what: "the time is held", does: (engine, where) => holdAt(engine, 30, 30, where) },
  { what: "the time is booked", does: (engine, where) => bookAt(engine, 30, 30, where) },
  { what: "a longer time is booked", does: (engine, where) => bookAt(engine, 15, 60, where) },
  { what: "a time that begins earlier is held", does: (engine, where) => holdAt(engine, 15, 30, where) },
  {
    what: "the day is closed",
    does: (engine, where) =>
      engine.setAvailability({ ...by, ...where, hours: computed("09:00", "11:00", {}, { weekly: [] }) }),
  },
  {
    what: "a slot is created across it, and blocked",
    async does(engine, where) {
      const { slots } = await engine.createSlots({
        ...by,
        ...where,
        slots: [{ start: minutes(45), end: minutes(75) }],
      });
      await engine.block({ actor: provider, slotId: slots[0]?.id ?? "" });
    },
  },
];

export const computedHoldAcrossCases: readonly ConformanceCase[] = [
  {
    key: "computed-holds.across",
    title: "what is put across a held opening whose hold has ended withdraws it in the same commit",
    async run({ storage, second }) {
      const { clock, engine, other } = staged(storage, second);
      for (const { what, before, does, where } of eachWithProvider(across)) {
        await engine.setAvailability({ ...by, ...where, hours: mornings });
        const prepared = await before?.(engine, where);
        const { slot, holdToken } = await holdAt(engine, 30, 30, where);
        clock.advance(60_000);
        await does(other, where, prepared);
        const { items } = await other.history({ slotId: slot.id });
        assert.deepEqual([items.at(-1)?.toStatus, items.length], ["withdrawn", 2], what);
        await refusal(engine.release({ actor: patient, slotId: slot.id, holdToken }), "hold_not_found");
      }
      await assertSound(storage);
    },
  },
  {
    key: "computed-holds.in-the-way",
    title: "an opening that is held is in the way of all that would be put across it",
    async run({ storage, second }) {
      const { engine, other } = staged(storage, second);
      for (const { what, before, does, where } of eachWithProvider(refusedAcross)) {
        await engine.setAvailability({ ...by, ...where, hours: mornings });
        const prepared = await before?.(engine, where);
        const { slot } = await holdAt(engine, 30, 30, where);
        const outcome = await does(other, where, prepared).catch((error: unknown) => error);
        assert.ok(isBookingError(outcome) && refusals.has(outcome.code), `${what}: ${String(outcome)}`);
        assert.deepEqual(await other.getSlot(slot.id), slot, what);
      }
      await assertSound(storage);
    },
  },
  {
    key: "computed-holds.published",
    title:
      "publishing leaves a held opening alone, and reports it as outside of other hours; ended, it is none of both",
    async run({ storage, second }) {
      const { clock, engine, other } = staged(storage, second);
      await engine.setAvailability({ ...by, hours: mornings });
      const { slot } = await holdAt(engine, 0);
      await other.setAvailability({ ...by, hours: published });
      const publish = () => other.publishSlots({ ...by, until: minutes(dayMinutes - 600) });
      const first = await publish();
      assert.deepEqual([first.created, first.obstructed, first.outsideCount], [1, 1, 1]);
      assert.equal(first.outside[0]?.slotId, slot.id);
      clock.advance(60_000);
      const dry = await other.publishSlots({ ...by, until: minutes(dayMinutes - 600), dryRun: true });
      const again = await publish();
      assert.deepEqual(again, { ...dry, dryRun: false });
      assert.deepEqual([again.created, again.kept, again.withdrawn, again.outsideCount], [1, 1, 0, 0]);
      assert.equal((await publish()).kept, 2);
      await assertSound(storage);
    },
  },
  {
    key: "computed-holds.busy",
    title: "busy time reports a held opening as taken, and one whose hold has ended as nothing",
    async run({ storage, second }) {
      const { clock, engine, other } = staged(storage, second);
      await engine.setAvailability({ ...by, hours: mornings });
      await engine.createSlots({ ...by, slots: [{ start: minutes(40), end: minutes(70) }] });
      const busy = [{ start: minutes(35), end: minutes(75) }];
      await engine.importBusy({ ...elsewhere, intervals: busy });
      const early = await holdAt(engine, 0);
      const both = [{ start: minutes(0), end: minutes(20) }, ...busy];
      assert.equal((await other.importBusy({ ...elsewhere, intervals: both })).takenCount, 1);
      clock.advance(60_000);
      assert.equal((await other.importBusy({ ...elsewhere, intervals: both })).takenCount, 0);
      assert.deepEqual(shownTimes(await found(other, firstDay)), ["75", "90"]);
      await other.importBusy({ ...elsewhere, intervals: [] });
      assert.deepEqual(shownTimes(await found(other, firstDay)), ["0", "40s", "75", "90"]);
      assert.equal((await other.getSlot(early.slot.id)).status, "withdrawn");
      await assertSound(storage);
    },
  },
  {
    key: "computed-holds.between",
    title: "what is held, booked, closed or created before the hold of an opening commits is what it decides on",
    async run({ storage, second }) {
      const { next, engine, other } = staged(storage, second);
      for (const { what, does, where } of eachWithProvider(meanwhile)) {
        await other.setAvailability({ ...by, ...where, hours: mornings });
        next.do = () => does(other, where, undefined);
        assert.deepEqual(await tally([holdAt(engine, 30, 30, where)]), { no_slot_available: 1 }, what);
        assert.equal(next.do, undefined);
      }
      await assertSound(storage);
    },
  },
  {
    key: "computed-holds.ends-between",
    title:
      "a hold that ends between the read and the commit of its booking counts as it did at the decision, and never twice",
    async run({ open }) {
      for (const isTakenMeanwhile of [false, true]) {
        const { storage, second } = await open();
        const { clock, next, engine, other } = staged(storage, second);
        await other.setAvailability({ ...by, hours: mornings });
        const { slot, holdToken } = await holdAt(other, 30, 30, { seconds: 1 });
        next.do = async () => {
          clock.advance(1_000);
          if (isTakenMeanwhile) await bookAt(other, 15, 60);
        };
        const booking = engine.book({ actor: patient, subjectId: "p-1", slotId: slot.id, holdToken });
        assert.deepEqual(await tally([booking]), isTakenMeanwhile ? { slot_withdrawn: 1 } : { ok: 1 });
        await assertSound(storage);
      }
    },
  },
  {
    key: "computed-holds.race",
    title:
      "of twenty callers who hold and book one opening, or others across it, at most those get it that do not overlap",
    async run({ storage, second }) {
      const engines = [stage(storage), stage(second)] as const;
      await engines[0].setAvailability({ ...by, hours: mornings });
      const twenty = Array.from({ length: 20 }, (_, index) => {
        const engine = engines[index % 2 === 0 ? 0 : 1];
        return index % 4 < 2 ? holdAt(engine, 30) : bookAt(engine, 30, 30, { subjectId: `p-${index}` });
      });
      assert.deepEqual(await tally(twenty), { ok: 1, no_slot_available: 19 });
      const mixed = Array.from({ length: 12 }, (_, index) => {
        const engine = engines[index % 2 === 0 ? 0 : 1];
        return holdAt(engine, dayMinutes + 15 * (index % 6), 30 + 15 * (index % 3));
      });
      const { ok = 0, no_slot_available: refused = 0 } = await tally(mixed);
      assert.ok(ok > 0 && ok + refused === 12);
      await assertSound(storage);
    },
  },
  {
    key: "computed-holds.key",
    title: "the hold of an opening takes effect once for its key, and a repeat gets its token",
    async run({ storage, second }) {
      const [engine, other] = [stage(storage), stage(second)];
      await engine.setAvailability({ ...by, hours: mornings });
      const key = { idempotencyKey: "k-1" };
      const answers = await Promise.all([engine, other, engine, other].map((one) => holdAt(one, 30, 30, key)));
      assertOneAndReplays([...answers, await holdAt(other, 30, 30, key)]);
      await refusal(holdAt(other, 45, 30, key), "idempotency_key_reused");
      assert.equal((await other.listSlots({ ...firstDay, from: minutes(0) })).items.length, 1);
    },
  },
  {
    key: "computed-holds.policies",
    title: "policies decide about the hold of an opening as about that of a slot, and a holder's cap counts both",
    async run({ storage, second }) {
      const policies = [maximumHolds({ count: 2 }), minimumNotice({ minutes: 60 })];
      const { clock, next, engine, other } = staged(storage, second, { policies });
      const hours = computed("09:00", "11:00");
      await engine.setAvailability({ ...by, hours });
      const { slots } = await engine.createSlots({ ...by, slots: [{ start: minutes(300), end: minutes(330) }] });
      const mine = { holderId: "h-1" };
      await refusal(holdAt(engine, 0), "policy_violation");
      await engine.hold({ actor: patient, slotId: slots[0]?.id ?? "", seconds: 600, ...mine });
      // Two hold the second at one moment.
      next.do = () => holdAt(other, 0, 30, mine);
      await refusal(holdAt(engine, 30, 30, mine), "policy_violation");
      assert.equal(next.do, undefined);
      const wanted = { actor: patient, ...place, start: minutes(60), end: minutes(90), seconds: 60, ...mine };
      assert.equal((await other.preview("hold", wanted)).possible, false);
      await holdAt(engine, 30, 30, { holderId: "h-2" });
      // The end of a hold ends its counting, and what is withdrawn on the way is nobody's.
      clock.advance(60_000);
      await holdAt(engine, 0, 60, mine);
      await refusal(holdAt(engine, 60, 30, mine), "policy_violation");
      clock.advance(minutes(30).getTime() - clock.now().getTime());
      await refusal(holdAt(engine, 60, 30, { holderId: "h-3" }), "policy_violation");
      await assertSound(storage);
    },
  },
  {
    key: "computed-holds.buffer",
    title: "policies that look around see what lies around an opening that is held, also what is held there meanwhile",
    async run({ storage, second }) {
      const policies = [buffer({ beforeMinutes: 15, afterMinutes: 15 })];
      const { next, engine, other } = staged(storage, second, { policies });
      await engine.setAvailability({ ...by, hours: mornings });
      await bookAt(other, 0);
      await refusal(holdAt(engine, 30), "policy_violation");
      const wanted = { actor: patient, ...place, start: minutes(30), end: minutes(60) };
      assert.equal((await other.preview("hold", wanted)).possible, false);
      await holdAt(engine, 45);
      next.do = () => holdAt(other, dayMinutes + 30);
      await refusal(holdAt(engine, dayMinutes), "policy_violation");
      assert.equal(next.do, undefined);
      await assertSound(storage);
    },
  },
  {
    key: "computed-holds.within",
    title: "the hold of an opening within a transaction comes and goes with it",
    async run({ storage, second, beginHostTransaction }) {
      const engine = stage(storage);
      await engine.setAvailability({ ...by, hours: computed("09:00", "10:30") });
      for (const end of ["rollback", "commit"] as const) {
        const host = await beginHostTransaction();
        const inside = engine.within(host.transaction);
        const { slot, holdToken } = await holdAt(inside, 30);
        await refusal(holdAt(inside, 0, 60), "no_slot_available");
        await inside.release({ actor: patient, slotId: slot.id, holdToken });
        await holdAt(inside, 0, 60);
        await host[end]();
      }
      assert.deepEqual(shownTimes(await found(stage(second), firstDay)), ["60"]);
      await assertSound(storage);
    },
  },
];
