import assert from "node:assert/strict";
import type { Engine, Slot } from "@slotwright/core";
import fc from "fast-check";
import { attempt } from "../ask.ts";
import { auditChain, auditStore, createAudit } from "../audit.ts";
import { checkProperty } from "../check-property.ts";
import { createFeedReader } from "../feed-reader.ts";
import {
  askFor,
  assertOneAndReplays,
  engineOn,
  manualClock,
  minutes,
  place,
  provider,
  publish,
  publishOne,
  tally,
} from "../fixtures.ts";
import { gatedAdapter } from "../gated.ts";
import type { ConformanceCase } from "../harness.ts";
import { anyIntent, emptyWorld, type Intent } from "../intents.ts";
import { anyPlay, failuresIn, perform, problemsOf } from "../play.ts";
import { scheduledAdapter, scheduledClock } from "../scheduled.ts";
import { createTurns, optionsByTurns } from "../turns.ts";

/** Commands in one random sequence. */
const sequenceLength = 100;

type Twin = (engine: Engine) => Promise<(engine: Engine) => Promise<unknown>>;

const by = { actor: provider, idempotencyKey: "twin" };

/** For every command that searches or changes what it has read: the stage that it needs, and the command itself. */
const twins: readonly Twin[] = [
  async () => (engine) => engine.createSlots({ ...by, ...place, slots: [{ start: minutes(0), end: minutes(30) }] }),
  async (engine) => {
    const { id } = await publishOne(engine);
    return (on) => on.book({ ...by, slotId: id, subjectId: "p" });
  },
  async (engine) => {
    const { start, end } = await publishOne(engine);
    return (on) => on.book({ ...by, ...place, start, end, subjectId: "p" });
  },
  async (engine) => {
    const { id } = await askFor(engine, minutes(0), minutes(30));
    await publishOne(engine);
    return (on) => on.accept({ ...by, appointmentId: id });
  },
  async (engine) => {
    const { id } = await publishOne(engine);
    await engine.block({ actor: provider, slotId: id });
    return (on) => on.unblock({ ...by, slotId: id });
  },
  async (engine) => {
    const { id } = await publishOne(engine);
    return (on) => on.hold({ ...by, slotId: id });
  },
  async (engine) => {
    const { id } = await publishOne(engine);
    const { appointment } = await engine.book({ actor: provider, slotId: id, subjectId: "p" });
    return (on) => on.cancel({ ...by, appointmentId: appointment.id });
  },
  async (engine) => {
    const [from, to] = (await publish(engine, 2)) as [Slot, Slot];
    const { appointment } = await engine.book({ actor: provider, slotId: from.id, subjectId: "p" });
    return (on) => on.reschedule({ ...by, appointmentId: appointment.id, slotId: to.id });
  },
];

export const randomCases: readonly ConformanceCase[] = [
  {
    key: "random.sequences",
    title: "all invariants hold after every step of a random sequence of commands",
    async run({ open, propertyRuns }) {
      const sequences = fc.array(anyIntent, { minLength: sequenceLength, maxLength: sequenceLength, size: "max" });
      const property = fc.asyncProperty(sequences, async (intents) => {
        const { storage, close } = await open();
        const clock = manualClock();
        const engine = engineOn(storage, { clock });
        const world = emptyWorld();
        const audit = createAudit(storage);
        for (const intent of intents) {
          clock.advance(500);
          await attempt(intent, engine, world);
          assert.deepEqual(await audit(), [], `after ${JSON.stringify(intent)}`);
        }
        assert.deepEqual(await auditStore(storage), []);
        const reader = createFeedReader(storage, 500);
        await reader.readToEnd();
        const ofRecords = Map.groupBy(reader.entries, ({ recordKind, recordId }) => `${recordKind} ${recordId}`);
        for (const entries of ofRecords.values()) assert.deepEqual(auditChain(entries), []);
        await close();
      });
      await checkProperty(property, propertyRuns);
    },
  },
  {
    key: "random.interleavings",
    title:
      "whatever the order of their storage calls, concurrent commands keep all invariants, and one order of the commands explains every answer",
    async run({ storage, second, propertyRuns }) {
      let plays = 0;
      const property = fc.asyncProperty(anyPlay, async (play) => {
        plays += 1;
        const turns = createTurns({ choices: play.choices });
        const storages = [storage, second].map((one) => gatedAdapter(one, turns.next));
        const options = optionsByTurns(turns);
        const stage = { storages, observer: second, name: `-${plays}`, options, inTransactions: true };
        const performance = await perform(play, stage, turns.run);
        assert.deepEqual(failuresIn(performance.history), []);
        assert.equal((await problemsOf(performance, storage)).join("\n\n"), "");
      });
      await checkProperty(property, propertyRuns);
    },
  },
  {
    key: "random.twins",
    title:
      "whatever the order of their storage calls, one command sent twice with one key takes effect once and gives both the same answer",
    async run({ open, propertyRuns }) {
      const property = fc.asyncProperty(fc.scheduler(), fc.constantFrom(...twins), async (scheduler, twin) => {
        const store = await open();
        const command = await twin(engineOn(store.storage));
        const clock = scheduledClock(scheduler);
        const running = [store.storage, store.second, store.storage].map((storage) =>
          command(engineOn(scheduledAdapter(storage, scheduler), { clock })),
        );
        assertOneAndReplays((await scheduler.waitFor(Promise.all(running))) as readonly object[]);
        assert.deepEqual(await auditStore(store.storage), []);
        await store.close();
      });
      await checkProperty(property, propertyRuns * 2);
    },
  },
  {
    key: "random.unblock-and-create",
    title:
      "whatever the order of their storage calls, unblocking a slot and putting another in its place have one winner",
    async run({ open, propertyRuns }) {
      const property = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const store = await open();
        const engine = engineOn(store.storage);
        const slot = await publishOne(engine);
        await engine.block({ actor: provider, slotId: slot.id });
        const clock = scheduledClock(scheduler);
        const [one, two] = [store.storage, store.second].map((storage) =>
          engineOn(scheduledAdapter(storage, scheduler), { clock }),
        ) as [Engine, Engine];
        const slots = [{ start: slot.start, end: slot.end }];
        const racing = [
          one.unblock({ actor: provider, slotId: slot.id }),
          two.createSlots({ actor: provider, ...place, slots }),
        ];
        const outcomes = await scheduler.waitFor(tally(racing));
        assert.deepEqual(outcomes, { ok: 1, slot_overlap: 1 });
        assert.deepEqual(await auditStore(store.storage), []);
        await store.close();
      });
      await checkProperty(property, propertyRuns);
    },
  },
  {
    key: "random.one-winner",
    title: "whatever the order of their storage calls, exactly one of many callers for one slot gets it",
    async run({ open, propertyRuns }) {
      const property = fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 6 }), async (scheduler, callers) => {
        const store = await open();
        const world = emptyWorld();
        const slot: Intent = {
          name: "createSlots",
          slot: 0,
          appointment: 0,
          start: 0,
          length: 6,
          capacity: 1,
          key: null,
        };
        await attempt(slot, engineOn(store.storage), world);
        const clock = scheduledClock(scheduler);
        const engines = [store.storage, store.second].map((one) =>
          engineOn(scheduledAdapter(one, scheduler), { clock }),
        );
        const booking: Intent = { ...slot, name: "bookSlot", capacity: 2 };
        const running = Array.from({ length: callers }, (_, index) =>
          attempt(booking, engines[index % 2] as (typeof engines)[0], world),
        );
        const outcomes = await scheduler.waitFor(Promise.all(running));
        assert.equal(outcomes.filter((outcome) => outcome === "done").length, 1);
        assert.deepEqual(await auditStore(store.storage), []);
        await store.close();
      });
      await checkProperty(property, propertyRuns);
    },
  },
];
