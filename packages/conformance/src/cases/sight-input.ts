import assert from "node:assert/strict";
import {
  maximumHolds,
  maximumHorizon,
  maximumPerDay,
  minimumNotice,
  noOverlapOfSubject,
  type Policy,
  type Slot,
} from "@slotwright/core";
import { assertSound, engineOn, minutes, patient, place, provider, publish, publishOne, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { intercepted } from "../intercepted.ts";
import { liveWindow, withLive } from "../live-slots.ts";

const clock = { now: () => minutes(-600), sleep: async () => {} };
const around = { beforeMinutes: 60, afterMinutes: 60 };
const sees = { provider: around, subject: around, timeZone: true } as const;

/** More than one read returns around a place. */
const tooMany = 1_001;
const perAppointment = 16;

export const sightInputCases: readonly ConformanceCase[] = [
  {
    key: "sight-input.failing",
    title: "a policy that sees something and throws, or answers late, lets nothing through and changes nothing",
    async run({ storage }) {
      const { id: slotId } = await publishOne(engineOn(storage));
      const book = { actor: patient, slotId, subjectId: "p-1" };
      const broken = new Error("out of order");
      const throwing: Policy = {
        name: "throwing",
        sees,
        check() {
          throw broken;
        },
      };
      const engine = engineOn(storage, { policies: [throwing], clock });
      // Of its own identity: the error may be of another realm than the assertion.
      const isIt = (error: unknown) => error === broken;
      await assert.rejects(engine.book(book), isIt);
      await assert.rejects(engine.preview("book", book), isIt);
      await assert.rejects(engine.as(patient).findOpen({ providerIds: [place.providerId], subjectId: "p-1" }), isIt);
      await withLive(engine, liveWindow, async (live) => {
        const own = await live.forSubject({ actor: patient, subjectId: "p-1" });
        await assert.rejects(own.findOpen(), isIt);
        assert.equal(live.findOpen().items.length, 1);
      });
      const late = { name: "late", sees, check: () => Promise.resolve(undefined) } as unknown as Policy;
      const answeringLate = engineOn(storage, { policies: [late], clock });
      const { details, message } = await refusal(answeringLate.book(book), "policy_violation");
      assert.deepEqual([details.policy, details.unanswered], ["late", true]);
      assert.match(message, /"late" does not allow this: its check answered with a promise, and must answer at once/);
      await withLive(answeringLate, liveWindow, async (live) => {
        const own = await live.forSubject({ actor: patient, subjectId: "p-1" });
        assert.deepEqual((await own.findOpen()).items, []);
      });
      const wrong = { problem: "No.", blockedBy: { kind: "schedule", id: "x" } };
      const odd = { name: "odd", sees, check: () => wrong } as unknown as Policy;
      const oddly = await refusal(engineOn(storage, { policies: [odd], clock }).book(book), "policy_violation");
      assert.equal(oddly.details.unanswered, true);
      assert.equal((await engineOn(storage).getSlot(slotId)).version, 1);
      await assertSound(storage);
    },
  },
  {
    key: "sight-input.contradictory",
    title: "policies that leave nothing between them refuse everything, each with its reason, and nothing is on offer",
    async run({ storage }) {
      const { id: slotId } = await publishOne(engineOn(storage));
      const policies = [minimumNotice({ minutes: 48 * 60 }), maximumHorizon({ days: 0 })];
      const own = engineOn(storage, { policies, clock: { ...clock, now: () => minutes(-12 * 60) } }).as(patient);
      const answer = await own.preview("book", { slotId, subjectId: "p-1" });
      assert.ok(!answer.possible);
      const named = answer.reasons.map(({ error }) => "policy" in error.details && error.details.policy);
      assert.deepEqual(named, ["minimum_notice", "maximum_horizon"]);
      const { items } = await own.findOpen({ providerIds: [place.providerId], subjectId: "p-1" });
      assert.deepEqual(items, []);
      const call = own.book({ slotId, subjectId: "p-1", alternatives: 5 });
      assert.deepEqual((await refusal(call, "policy_violation")).details.alternatives, []);
    },
  },
  {
    key: "sight-input.too-many-holds",
    title: "where somebody holds more than can be read, a policy that counts it refuses, says so, and can be passed",
    async run({ storage }) {
      const [first, next] = (await publish(engineOn(storage), 2)).map(({ id }) => id) as [string, string];
      await engineOn(storage).hold({ actor: patient, slotId: first, holderId: "h-1" });
      const crowded = intercepted(storage, (real) => ({
        async findSlots(query, call) {
          const found = await real.findSlots(query, call);
          return query.holderId === undefined ? found : Array.from({ length: query.limit }, () => found[0] as Slot);
        },
      }));
      const engine = engineOn(crowded, { policies: [maximumHolds({ count: 1000 })] });
      const wanted = { actor: patient, slotId: next, holderId: "h-1" };
      const { details } = await refusal(engine.hold(wanted), "policy_violation");
      assert.deepEqual([details.policy, details.unanswered], ["maximum_holds", true]);
      assert.match(details.problem, /sees.holder covers more than 1000/);
      await engine.hold({ ...wanted, override: [{ policy: "maximum_holds", reason: "a fair" }] });
      await assertSound(storage);
    },
  },
  {
    key: "sight-input.too-much",
    title: "where more is booked than can be read, a policy that looks there refuses, says so, and can be passed",
    async run({ storage }) {
      const engine = engineOn(storage, { clock });
      // An appointment lies within each of its slots, so those of one group belong together.
      const { slots } = await engine.createSlots({
        actor: provider,
        ...place,
        slots: [0, 30].map((from) => ({ start: minutes(from), end: minutes(from + 30), capacity: 528 })),
      });
      const ids = slots.map(({ id }) => id);
      const bookings: Promise<unknown>[] = [];
      for (let from = 0; from < tooMany; from += perAppointment) {
        const [slotId = "", ...alsoSlotIds] = ids.slice(from, from + perAppointment);
        bookings.push(engine.book({ actor: patient, slotId, alsoSlotIds, subjectId: `p-${from}` }));
      }
      await Promise.all(bookings);
      const slotId = ids.at(-1) ?? "";
      const strict = engineOn(storage, { policies: [maximumPerDay({ count: 1000 }), noOverlapOfSubject()], clock });
      const wanted = { actor: patient, slotId, subjectId: "p-new" };
      const { details } = await refusal(strict.book(wanted), "policy_violation");
      assert.deepEqual([details.policy, details.unanswered], ["maximum_per_day", true]);
      assert.match(details.problem, /more than 1000/);
      const own = strict.as(patient);
      const search = { providerIds: [place.providerId], subjectId: "p-new" };
      assert.deepEqual((await own.findOpen(search)).items, []);
      const override = [{ policy: "maximum_per_day", reason: "a rush" }];
      await strict.book({ ...wanted, override });
      await assertSound(storage);
    },
  },
];
