import assert from "node:assert/strict";
import {
  type Engine,
  maximumAppointments,
  noOverlapOfSubject,
  type Policy,
  type StorageAdapter,
} from "@slotwright/core";
import { assertSound, engineOn, minutes, patient, provider } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { intercepted } from "../intercepted.ts";
import { caughtUp, idsOf, withLive } from "../live-slots.ts";
import { book, engineWith, id, refusedBy, slotsAt } from "./sight-stage.ts";

const own = { actor: patient, subjectId: "p-1" } as const;
const window = { from: minutes(-10), to: minutes(400) };
const justBefore = (afterNine: number) => afterNine - 1 / 60_000;

const policies: readonly Policy[] = [noOverlapOfSubject(), maximumAppointments({ count: 1, minutes: 24 * 60 })];

/** Of two providers: one asked for, and others at the same time and later. */
async function stage(storage: StorageAdapter): Promise<readonly [asked: string, same: string, later: string]> {
  const [asked] = await slotsAt(storage, [[0, 30]]);
  const others = await slotsAt(
    storage,
    [
      [0, 30],
      [60, 90],
    ],
    { providerId: "dr-house" },
  );
  return [asked ?? "", id(others, 0), id(others, 1)];
}

async function offered(engine: Engine): Promise<readonly string[]> {
  return idsOf((await engine.as(patient).findOpen({ ...window, subjectId: "p-1" })).items);
}

/** An engine whose clock is moved by the test. */
function movable(storage: StorageAdapter, afterNine: number) {
  let now = afterNine;
  const clock = { now: () => minutes(now), sleep: async () => {} };
  const moveTo = (to: number) => {
    now = to;
  };
  return { engine: engineOn(storage, { clock, policies }), moveTo };
}

export const sightExpiryCases: readonly ConformanceCase[] = [
  {
    key: "sight-expiry.request",
    title: "a request counts for its subject until it expires by the clock, for commands and for searches alike",
    async run({ storage, second }) {
      const [asked, same, later] = await stage(storage);
      const at = (afterNine: number) => engineWith(second, policies, afterNine);
      const { appointment } = await at(-600).request({ ...own, slotId: asked, expiresAt: minutes(-570) });
      const { policy, blockedBy } = await refusedBy(book(at(justBefore(-570)), same));
      assert.deepEqual([policy, blockedBy?.id], ["no_overlap_of_subject", appointment.id]);
      assert.equal((await refusedBy(book(at(justBefore(-570)), later))).policy, "maximum_appointments");
      assert.deepEqual(await offered(at(justBefore(-570))), []);
      assert.deepEqual((await offered(at(-570))).toSorted(), [asked, same, later].toSorted());
      assert.ok((await at(-570).preview("request", { ...own, slotId: asked })).possible);
      await book(at(-570), same);
      await assertSound(storage);
    },
  },
  {
    key: "sight-expiry.offer",
    title:
      "a request counts while an offer waits for its subject, also once it has expired, and one that is open after its offer",
    async run({ storage }) {
      const [asked, same, later] = await stage(storage);
      const [free] = await slotsAt(storage, [[60, 90]]);
      const at = (afterNine: number) => engineWith(storage, policies, afterNine);
      const { appointment } = await at(-600).request({ ...own, slotId: asked, expiresAt: minutes(-570) });
      const of = { actor: provider, appointmentId: appointment.id };
      await at(-600).offer({ ...of, slotId: free ?? "", seconds: 3600 });
      await refusedBy(book(at(justBefore(-540)), same));
      assert.deepEqual(await offered(at(justBefore(-540))), []);
      const { appointment: booked } = await book(at(-540), same);
      await at(-540).cancel({ actor: patient, appointmentId: booked.id });
      const { appointment: open } = await at(-540).request({ ...own, slotId: asked });
      await at(-540).offer({ actor: provider, appointmentId: open.id, slotId: free ?? "", seconds: 60 });
      await refusedBy(book(at(-500), later));
      assert.deepEqual(await offered(at(-500)), []);
      await assertSound(storage);
    },
  },
  {
    key: "sight-expiry.live",
    title:
      "live slots of a subject let requests expire by the clock, those that they have read and those that the feed brings",
    async run({ storage, second }) {
      const [asked, same, later] = await stage(storage);
      const bare = engineWith(second, []);
      const { engine, moveTo } = movable(storage, -600);
      await bare.request({ ...own, slotId: asked, expiresAt: minutes(-570) });
      await withLive(engine, window, async (live) => {
        const ofSubject = await live.forSubject({ actor: patient, subjectId: "p-1" });
        const offers = async (afterNine: number) => {
          moveTo(afterNine);
          await caughtUp(live, bare, true);
          const { items, source } = await ofSubject.findOpen();
          assert.equal(source, "live");
          assert.deepEqual(idsOf(items), await offered(engine));
          return items.length;
        };
        assert.equal(await offers(justBefore(-570)), 0);
        assert.equal(await offers(-570), 3);
        // A clock that was set back.
        assert.equal(await offers(-590), 0);
        const again = await bare.request({ ...own, slotId: same, expiresAt: minutes(-550) });
        assert.equal(await offers(-560), 0);
        assert.equal(await offers(-550), 3);
        await bare.offer({ actor: provider, appointmentId: again.appointment.id, slotId: later, seconds: 7200 });
        assert.equal(await offers(justBefore(-480)), 0);
        assert.equal(await offers(-480), 3);
      });
    },
  },
  {
    key: "sight-expiry.while-read",
    title: "a request that expires while a booking reads what lies around it does not count",
    async run({ storage }) {
      const [asked, same] = await stage(storage);
      const { engine, moveTo } = movable(
        intercepted(storage, (target) => ({
          loadAround: async (keys, places, call) => {
            const found = await target.loadAround(keys, places, call);
            moveTo(-570);
            return found;
          },
        })),
        -580,
      );
      await engineWith(storage, []).request({ ...own, slotId: asked, expiresAt: minutes(-570) });
      await book(engine, same);
      await assertSound(storage);
    },
  },
];
