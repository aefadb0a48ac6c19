import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { type Engine, isBookingError, type LiveSlots } from "@slotwright/core";
import fc from "fast-check";
import { attempt } from "../ask.ts";
import { auditStore } from "../audit.ts";
import { checkProperty } from "../check-property.ts";
import { engineOn, manualClock, minutes, patient, place } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { anyIntent, emptyWorld, type Intent, type World } from "../intents.ts";
import { allOpen, assertEqualToDatabase, type Broken, breakable, caughtUp } from "../live-slots.ts";

/** What happens at the same time on two engines, and what is wrong meanwhile. */
interface Moment {
  readonly intents: readonly Intent[];
  readonly advanceMs: number;
  readonly fault: "none" | "down" | "reset";
}

const anyMoment: fc.Arbitrary<Moment> = fc.record({
  intents: fc.array(anyIntent, { minLength: 1, maxLength: 4 }),
  advanceMs: fc.nat(3_000),
  fault: fc.oneof(
    { weight: 12, arbitrary: fc.constant("none" as const) },
    { weight: 1, arbitrary: fc.constant("down" as const) },
    { weight: 1, arbitrary: fc.constant("reset" as const) },
  ),
});

/** Which slots are followed: a part of the time in which the intents create slots, and perhaps of their providers. */
const anyScope = fc.constantFrom(
  { from: minutes(0), to: minutes(24 * 60) },
  { from: minutes(20), to: minutes(70) },
  { from: minutes(0), to: minutes(24 * 60), providerIds: [place.providerId, "nobody"] },
  { from: minutes(10), to: minutes(24 * 60), facilityId: place.facilityId },
);

/** A refusal is a valid outcome, and so is a failure of the database while it is away. */
async function tried(intent: Intent, engine: Engine, world: World): Promise<void> {
  await attempt(intent, engine, world).catch((error: unknown) => {
    if (!isBookingError(error, "storage_unavailable")) throw error;
  });
}

/** Books all that is offered, until nothing is. */
async function bookAll(live: LiveSlots, engine: Engine): Promise<void> {
  for (;;) {
    const offered = allOpen(live);
    if (offered.length === 0) return;
    for (const { slotId, version: ifVersion } of offered) {
      await engine.book({ actor: patient, slotId, ifVersion, subjectId: "p-1" });
    }
    await caughtUp(live, engine);
  }
}

export const liveRandomCases: readonly ConformanceCase[] = [
  {
    key: "live.random",
    title: "whatever two engines do, and what fails meanwhile, live slots end equal to the database, and can be booked",
    async run({ open, propertyRuns }) {
      const moments = fc.array(anyMoment, { minLength: 5, maxLength: 25, size: "max" });
      const property = fc.asyncProperty(moments, anyScope, async (all, scope) => {
        const store = await open();
        const clock = manualClock();
        const broken: Broken = { isDown: false, isReset: false };
        const engine = engineOn(breakable(store.storage, broken), { clock });
        const other = engineOn(store.second, { clock });
        const world = emptyWorld();
        const one = (intent: Intent) => tried(intent, engine, world);
        const two = (intent: Intent) => tried(intent, other, world);
        const stage = all.slice(0, 3).flatMap(({ intents }) => intents);
        // What is committed while the slots are read must not be lost.
        const [live] = await Promise.all([engine.follow({ ...scope, pollMs: 20 }), ...stage.map(two)]);
        try {
          for (const { intents, advanceMs, fault } of all) {
            broken.isDown = fault === "down";
            broken.isReset ||= fault === "reset";
            await Promise.all(intents.map((intent, index) => (index % 2 === 0 ? one : two)(intent)));
            // Long enough for the feed to be read.
            if (fault !== "none") await pause(30);
            clock.advance(advanceMs);
            if (fault !== "none" || broken.isReset || intents.length < 4) continue;
            await caughtUp(live, other);
            await assertEqualToDatabase(live, other, scope);
          }
          broken.isDown = false;
          await caughtUp(live, other);
          await assertEqualToDatabase(live, other, scope);
          for (const { slotId } of allOpen(live).slice(0, 3)) {
            await other.hold({ actor: patient, slotId, seconds: 60 });
          }
          await caughtUp(live, other);
          for (const advanceMs of [0, 30_000, 31_000]) {
            clock.advance(advanceMs);
            await assertEqualToDatabase(live, other, scope);
          }
          await bookAll(live, other);
        } finally {
          live.close();
        }
        assert.deepEqual(await auditStore(store.storage), []);
        await store.close();
      });
      await checkProperty(property, Math.max(3, Math.ceil(propertyRuns / 5)));
    },
  },
];
