import assert from "node:assert/strict";
import {
  type Engine,
  type ExplainInput,
  type Hours,
  type PublishedSlots,
  type Slot,
  type StorageAdapter,
  weekdays,
} from "@slotwright/core";
import { assertSound, engineOn, manualClock, minutes, patient, place, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { intercepted, interrupted } from "../intercepted.ts";
import { caughtUp, withLive } from "../live-slots.ts";

const by = { actor: provider, ...place };
type Where = Record<keyof typeof place, string>;
/** Until the end of the second day of the cases, which all hours below are on. */
const until = minutes(3 * 24 * 60 - 9 * 60);

const daily = (from: string, to: string, more: Partial<Hours["offer"]> = {}): Hours => ({
  offer: { minutes: 30, ...more },
  weekly: [{ days: weekdays, from, to, validFrom: "2026-03-02", validUntil: "2026-03-03" }],
});

/** A clock that stands a day before the first slot. */
const stage = (storage: StorageAdapter, options: object = {}) =>
  engineOn(storage, { clock: manualClock(), ...options });

async function setAndPublish(engine: Engine, hours: Hours, where: Partial<Where> = {}): Promise<PublishedSlots> {
  await engine.setAvailability({ ...by, ...where, hours });
  return engine.publishSlots({ ...by, ...where, until });
}

const countsOf = ({ created, kept, withdrawn, obstructed, outsideCount }: PublishedSlots) => [
  created,
  kept,
  withdrawn,
  obstructed,
  outsideCount,
];

const listed = async (engine: Engine): Promise<readonly Slot[]> =>
  (await engine.listSlots({ from: minutes(-540), to: until, limit: 500 })).items;

const timesOf = (slots: readonly Slot[]) =>
  slots.map(({ start, seat }) => `${start.toISOString().slice(8, 16)}/${seat}`);

/** A storage that counts what is committed through it. */
function counting(storage: StorageAdapter) {
  const counts = { commits: 0 };
  const counted = intercepted(storage, (calls) => ({
    ...calls,
    commit(transitions, call) {
      counts.commits += transitions.length;
      return calls.commit(transitions, call);
    },
  }));
  return { counts, counted };
}

/** What happens after a call of `publishSlots` has decided and before it commits, and what it then does. */
const meanwhile: readonly {
  readonly what: string;
  readonly does: (engine: Engine, slot: Slot, where: Where) => Promise<unknown>;
  readonly counts: readonly number[];
}[] = [
  {
    what: "other hours are set",
    does: (engine, _, where) => engine.setAvailability({ ...by, ...where, hours: daily("09:00", "10:30") }),
    counts: [2, 4, 0, 0, 0],
  },
  {
    what: "another one publishes",
    does: (engine, _, where) => engine.publishSlots({ ...by, ...where, until }),
    counts: [0, 4, 0, 0, 0],
  },
  {
    what: "a slot is booked that is to be withdrawn",
    does: (engine, { id }) => engine.book({ actor: patient, slotId: id, subjectId: "p-1" }),
    counts: [2, 2, 1, 0, 1],
  },
  {
    what: "a slot is blocked that is to be withdrawn",
    does: (engine, { id }) => engine.block({ actor: provider, slotId: id }),
    counts: [2, 2, 1, 0, 0],
  },
];

export const publishSlotsCases: readonly ConformanceCase[] = [
  {
    key: "publish.agrees",
    title:
      "publishing makes the slots that the hours offer, once: two who publish make the same, and again nothing is written",
    async run({ storage, second }) {
      const [engine, other] = [stage(storage), stage(second)];
      await refusal(engine.publishSlots({ ...by, until }), "availability_not_found");
      await engine.setAvailability({ ...by, hours: daily("09:00", "11:00", { capacity: 2 }) });
      const both = await Promise.all([engine.publishSlots({ ...by, until }), other.publishSlots({ ...by, until })]);
      assert.equal(
        both.reduce((sum, { created }) => sum + created, 0),
        16,
      );
      for (const one of both) assert.equal(one.created + one.kept, 16);
      const slots = await listed(other);
      assert.equal(slots.length, 16);
      assert.deepEqual(timesOf(slots.slice(0, 4)).sort(), ["02T09:00/0", "02T09:00/1", "02T09:30/0", "02T09:30/1"]);
      assert.ok(slots.every(({ status, version }) => status === "available" && version === 1));
      const { counted, counts } = counting(storage);
      assert.deepEqual(countsOf(await stage(counted).publishSlots({ ...by, until })), [0, 16, 0, 0, 0]);
      assert.equal(counts.commits, 0);
      await assertSound(storage);
    },
  },
  {
    key: "publish.year",
    title: "a year is published in several commits, and again without one",
    async run({ storage }) {
      const { counted, counts } = counting(storage);
      const engine = stage(counted);
      const hours = { offer: { minutes: 30 }, weekly: [{ days: weekdays, from: "09:00", to: "12:00" }] };
      await engine.setAvailability({ ...by, hours });
      const year = { ...by, until: minutes(365 * 24 * 60) };
      const { created } = await engine.publishSlots(year);
      assert.ok(created > 2_000, `${created}`);
      assert.ok(counts.commits > 5 && counts.commits < 20, `${counts.commits} commits`);
      counts.commits = 0;
      assert.deepEqual(countsOf(await engine.publishSlots(year)), [0, created, 0, 0, 0]);
      assert.equal(counts.commits, 0);
    },
  },
  {
    key: "publish.refused",
    title: "publishing that is refused between two commits counts what stays, also within a host's transaction",
    async run({ storage, second, beginHostTransaction }) {
      let left = 1;
      const engine = stage(storage, { authorize: () => (left-- > 0 ? undefined : "Not today.") });
      const other = stage(second);
      const hours = { offer: { minutes: 60 }, weekly: [{ days: weekdays, from: "09:00", to: "12:00" }] };
      await other.setAvailability({ ...by, hours });
      const months = { ...by, until: minutes(60 * 24 * 60) };
      const refusedIn = async (run: Pick<Engine, "publishSlots">) => {
        left = 1;
        return (await refusal(run.publishSlots(months), "forbidden")).details.doneSoFar;
      };
      const { transaction, rollback } = await beginHostTransaction();
      const inside = await refusedIn(engine.within(transaction));
      await rollback();
      const { created = 0 } = inside?.changed ?? {};
      assert.deepEqual(inside, { call: "publishSlots", changed: { created, withdrawn: 0 } });
      assert.ok(created > 0);
      assert.deepEqual(await refusedIn(engine), inside);
      assert.equal(await refusedIn(engine), undefined);
      assert.equal((await other.publishSlots(months)).kept, created);
    },
  },
  {
    key: "publish.changed-hours",
    title:
      "after a change of the hours it creates, keeps, withdraws, and reports what is taken outside, as a dry run has said",
    async run({ storage, second }) {
      const engine = stage(storage);
      assert.deepEqual(countsOf(await setAndPublish(engine, daily("09:00", "11:00"))), [8, 0, 0, 0, 0]);
      const before = await listed(engine);
      const [first, next] = before;
      assert.ok(first && next);
      const { appointment } = await engine.book({ actor: patient, slotId: first.id, subjectId: "p-1" });
      const hours = daily("10:00", "12:00");
      const dry = await engine.setAvailability({ ...by, hours, dryRun: true, until });
      assert.deepEqual(await listed(engine), [await engine.getSlot(first.id), ...before.slice(1)]);
      assert.equal((await engine.getAvailability(place)).version, 1);
      assert.equal(dry.availability.version, 1);
      await engine.setAvailability({ ...by, hours });
      const asked = await engine.publishSlots({ ...by, until, dryRun: true });
      assert.deepEqual(asked, dry.effect);
      const done = await engine.publishSlots({ ...by, until });
      assert.deepEqual(done, { ...asked, dryRun: false });
      assert.deepEqual(countsOf(done), [4, 4, 3, 0, 1]);
      const { start, end } = first;
      assert.deepEqual(done.outside, [{ slotId: first.id, appointmentId: appointment.id, start, end }]);
      assert.equal((await listed(engine)).length, 9);
      const gone = await engineOn(second).getSlot(next.id);
      assert.deepEqual([gone.status, gone.version], ["withdrawn", 2]);
      const { items } = await engine.history({ slotId: next.id });
      assert.deepEqual(
        items.map(({ command, toStatus }) => `${command} ${toStatus}`),
        ["publishSlots available", "publishSlots withdrawn"],
      );
      await refusal(engine.book({ actor: patient, slotId: next.id, subjectId: "p-2" }), "slot_withdrawn");
      const explained = async (what: ExplainInput) =>
        (await engine.explain(what)).reasons.map(({ error: { code } }) => code);
      assert.deepEqual(await explained({ slotId: next.id }), ["slot_withdrawn"]);
      // Nothing is published for its time any more.
      assert.deepEqual(await explained({ ...place, start: next.start, end: next.end }), ["no_slot_available"]);
      assert.ok(
        (await engine.findOpen({ from: minutes(0), to: until })).items.every(({ slotId }) => slotId !== next.id),
      );
      await assertSound(storage);
    },
  },
  {
    key: "publish.back-and-forth",
    title:
      "hours that come back, last longer, or move to another zone get new slots in the place of those that were withdrawn",
    async run({ storage }) {
      const engine = stage(storage);
      const [short, long] = [daily("09:00", "11:00"), daily("09:00", "11:00", { minutes: 60 })];
      assert.deepEqual(countsOf(await setAndPublish(engine, short)), [8, 0, 0, 0, 0]);
      assert.deepEqual(countsOf(await setAndPublish(engine, long)), [4, 0, 8, 0, 0]);
      assert.deepEqual(countsOf(await setAndPublish(engine, short)), [8, 0, 4, 0, 0]);
      assert.deepEqual(countsOf(await setAndPublish(engine, long)), [4, 0, 8, 0, 0]);
      await engine.setAvailability({ ...by, hours: long, timeZone: "Europe/Berlin" });
      // From eight o'clock on by UTC: ten o'clock in Berlin is nine, and was there.
      assert.deepEqual(countsOf(await engine.publishSlots({ ...by, until })), [2, 2, 2, 0, 0]);
      assert.deepEqual(timesOf(await listed(engine)), ["02T08:00/0", "02T09:00/0", "03T08:00/0", "03T09:00/0"]);
      await assertSound(storage);
    },
  },
  {
    key: "publish.blocked",
    title:
      "blocked time stays blocked, whatever is published there, and slots that were created otherwise are left alone",
    async run({ storage }) {
      const engine = stage(storage);
      await setAndPublish(engine, daily("09:00", "10:00"));
      const [first] = await listed(engine);
      await engine.block({ actor: provider, slotId: first?.id ?? "" });
      const own = [{ start: minutes(120), end: minutes(150) }];
      const { slots } = await engine.createSlots({ ...by, slots: own });
      assert.deepEqual(countsOf(await engine.publishSlots({ ...by, until })), [0, 4, 0, 0, 0]);
      const wider = await setAndPublish(engine, daily("09:00", "10:00", { minutes: 60, capacity: 3 }));
      // Of the blocked day, nothing. Of the other one, three seats in place of two slots.
      assert.deepEqual(countsOf(wider), [3, 0, 3, 3, 0]);
      assert.equal((await engine.getSlot(first?.id ?? "")).status, "blocked");
      assert.equal((await engine.getSlot(slots[0]?.id ?? "")).status, "available");
      await setAndPublish(engine, { ...daily("09:00", "10:00"), weekly: [] });
      assert.deepEqual(timesOf(await listed(engine)), ["02T09:00/0", "02T11:00/0"]);
      const shorter = await setAndPublish(engine, daily("11:00", "12:00", { minutes: 20, step: 15 }));
      // Each twenty minutes and one step on: the one at eleven is in the way of a slot that was created by hand.
      assert.deepEqual(countsOf(shorter), [3, 0, 0, 1, 0]);
      await assertSound(storage);
    },
  },
  {
    key: "publish.races",
    title:
      "when hours are set, published, booked and blocked at once, each booking keeps its slot, and the slots then agree with the hours",
    async run({ storage, second }) {
      const engines = [stage(storage), stage(second)] as const;
      await setAndPublish(engines[0], daily("09:00", "11:00"));
      const refused: string[] = [];
      for (let round = 0; round < 4; round += 1) {
        const slots = await listed(engines[0]);
        const hours = [daily("09:00", "10:00"), daily("09:30", "11:30"), daily("09:00", "11:00", { minutes: 60 })];
        const calls = hours.flatMap((one, index) => {
          const [engine, other] = index % 2 === 0 ? engines : ([engines[1], engines[0]] as const);
          const [a, b] = [slots.at(2 * index), slots.at(2 * index + 1)].map((slot) => slot?.id ?? "none");
          return [
            engine.setAvailability({ ...by, hours: one }),
            engine.publishSlots({ ...by, until }),
            other.publishSlots({ ...by, until }),
            other.book({ actor: patient, slotId: a ?? "", subjectId: `p-${round}` }),
            engine.block({ actor: provider, slotId: b ?? "" }),
          ];
        });
        for (const outcome of await Promise.allSettled(calls)) {
          if (outcome.status === "rejected") refused.push(outcome.reason.code ?? String(outcome.reason));
        }
        await assertSound(storage);
      }
      const expected = ["slot_booked", "slot_withdrawn", "slot_blocked", "slot_not_found"];
      assert.deepEqual(
        refused.filter((code) => !expected.includes(code)),
        [],
      );
      await engines[0].publishSlots({ ...by, until });
      const again = await engines[1].publishSlots({ ...by, until });
      assert.deepEqual([again.created, again.withdrawn], [0, 0]);
      await assertSound(storage);
    },
  },
  {
    key: "publish.live",
    title: "live slots let go of what is withdrawn, so that those published in its place find room",
    async run({ storage }) {
      const engine = stage(storage);
      await setAndPublish(engine, daily("09:00", "10:00"));
      await withLive(engine, { from: minutes(0), to: until, maxSlots: 4 }, async (live) => {
        const times = async () => {
          await caughtUp(live, engine);
          assert.equal(live.freshness().slots, 4);
          return live.findOpen().items.map(({ start }) => (start.getTime() - minutes(0).getTime()) / 60_000);
        };
        const day = 24 * 60;
        assert.deepEqual(await times(), [0, 30, day, day + 30]);
        for (const [from, to, first] of [
          ["11:00", "12:00", 120],
          ["09:00", "10:00", 0],
          ["10:00", "11:00", 60],
        ] as const) {
          await setAndPublish(engine, daily(from, to));
          assert.deepEqual(await times(), [first, first + 30, first + day, first + day + 30]);
        }
        // Live slots that begin now hold only what is there.
        await withLive(engine, { from: minutes(0), to: until, maxSlots: 4 }, async (anew) =>
          assert.deepEqual(anew.findOpen().items, live.findOpen().items),
        );
      });
    },
  },
  {
    key: "publish.input",
    title: "publishing is bounded, stops when it is told to, and asks authorize about each commit",
    async run({ storage }) {
      const engine = stage(storage, {
        authorize: ({ actor, action }: { actor: { kind: string }; action: string }) =>
          actor.kind === "provider" || action === "list" ? undefined : "Not yours.",
      });
      await engine.setAvailability({ ...by, hours: daily("09:00", "10:00") });
      const far = engine.publishSlots({ ...by, until: minutes(801 * 24 * 60) });
      assert.equal((await refusal(far, "invalid_input")).details.issues[0]?.path, "until");
      const signal = AbortSignal.abort();
      await refusal(engine.publishSlots({ ...by, until, signal }), "aborted");
      await refusal(engine.publishSlots({ ...by, actor: patient, until }), "forbidden");
      await refusal(
        engine.setAvailability({ ...by, actor: patient, hours: daily("09:00", "10:00"), dryRun: true }),
        "forbidden",
      );
      assert.deepEqual(countsOf(await engine.publishSlots({ ...by, until: minutes(-600) })), [0, 0, 0, 0, 0]);
      assert.deepEqual(await listed(engine), []);
    },
  },
  {
    key: "publish.between",
    title: "what is set, published, booked or blocked before a publication commits is what it decides on",
    async run({ storage, second }) {
      const { next, stopping } = interrupted(storage);
      const [engine, other] = [stage(stopping), stage(second)];
      // A store for each row would take longer than the row.
      for (const [index, { what, does, counts }] of meanwhile.entries()) {
        const where = { ...place, providerId: `dr-${index}` };
        await setAndPublish(other, daily("09:00", "10:00"), where);
        const [first] = (await listed(other)).filter(({ providerId }) => providerId === where.providerId);
        await other.setAvailability({ ...by, ...where, hours: daily("09:30", "10:30") });
        next.do = () => does(other, first ?? assert.fail(), where);
        assert.deepEqual(countsOf(await engine.publishSlots({ ...by, ...where, until })), counts, what);
        assert.equal(next.do, undefined);
      }
      await assertSound(storage);
    },
  },
];
