import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { BookingError, type Engine, type Slot } from "@slotwright/core";
import { assertSound, engineOn, patient, place, publish, refusal, tally } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

const bookOn = (engine: Pick<Engine, "book">, slot: Slot | undefined, subjectId = "p-1") =>
  engine.book({ actor: patient, slotId: slot?.id ?? "missing", subjectId });

async function free(engine: Engine): Promise<number> {
  return (await engine.listSlots({ statuses: ["available"], providerIds: [place.providerId] })).items.length;
}

/** More than the connections in any harness's pool. */
const manyTimes = Array.from({ length: 20 }, (_, number) => number);

export const transactionCases: readonly ConformanceCase[] = [
  {
    key: "transaction.commit",
    title: "transaction() commits all bookings of its callback together, and resolves with the callback's result",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const others = engineOn(second);
      const slots = await publish(engine, 2);
      const result = await engine.transaction(async ({ transaction, engine: inside }) => {
        await bookOn(inside, slots[0]);
        await bookOn(engine.within(transaction), slots[1]);
        assert.equal(await free(others), 2);
        return "both";
      });
      assert.equal(result, "both");
      assert.equal(await free(others), 0);
      await assertSound(second);
    },
  },
  {
    key: "transaction.rollback",
    title: "an error thrown by the callback of transaction() is rethrown unchanged, and nothing is left behind",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const [slot] = await publish(engine);
      const problem = new Error("The card was declined");
      const failed = engine.transaction(async ({ engine: inside }) => {
        await bookOn(inside, slot);
        throw problem;
      });
      assert.equal(await failed.catch((error: unknown) => error), problem);
      assert.equal(await free(engineOn(second)), 1);
      await bookOn(engine, slot, "p-2");
      await assertSound(second);
    },
  },
  {
    key: "transaction.refusal",
    title:
      "a refusal that the callback catches leaves the transaction usable, and one that it does not catch is the answer",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const [taken, slot, other] = await publish(engine, 3);
      await bookOn(engine, taken);
      await engine.transaction(async ({ engine: inside }) => {
        await refusal(bookOn(inside, taken, "p-2"), "slot_booked");
        await bookOn(inside, slot, "p-2");
      });
      const refused = engine.transaction(async ({ engine: inside }) => {
        await bookOn(inside, other, "p-3");
        await bookOn(inside, taken, "p-3");
      });
      await refusal(refused, "slot_booked");
      assert.equal(await free(engineOn(second)), 1);
      await assertSound(second);
    },
  },
  {
    key: "transaction.again",
    title: "if the transaction has to be repeated, all of it is rolled back and run again, and it books once",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const [slot] = await publish(engine);
      let runs = 0;
      await engine.transaction(async ({ engine: inside }) => {
        runs += 1;
        await bookOn(inside, slot);
        const busy = new BookingError("storage_busy", { idempotencyKey: null, waitedMs: 0, repeat: "transaction" });
        if (runs === 1) throw busy;
        if (runs === 2) throw new Error("The host's own error", { cause: busy });
      });
      assert.equal(runs, 3);
      assert.equal((await engine.listAppointments({})).items.length, 1);
      await assertSound(second);
    },
  },
  {
    key: "transaction.budget",
    title: "a transaction that conflicts again and again ends with storage_busy, and nothing is left behind",
    async run({ storage, second }) {
      const engine = engineOn(storage, { retry: { budgetMs: 200 } });
      const [slot] = await publish(engine);
      const failed = engine.transaction(async ({ engine: inside }) => {
        await bookOn(inside, slot);
        throw new BookingError("storage_busy", { idempotencyKey: null, waitedMs: 0, repeat: "transaction" });
      });
      assert.equal((await refusal(failed, "storage_busy")).details.repeat, "command");
      assert.equal(await free(engineOn(second)), 1);
    },
  },
  {
    key: "transaction.collide",
    title: "of two transactions that book the same two slots in opposite order, one gets both and the other is refused",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const slots = await publish(engine, 2);
      let arrived = 0;
      const both = async (order: readonly (Slot | undefined)[], subjectId: string) =>
        engine.transaction(async ({ engine: inside }) => {
          await bookOn(inside, order[0], subjectId);
          arrived += 1;
          // If one has to wait for the other first, neither arrives.
          for (let waited = 0; arrived < 2 && waited < 20; waited += 1) await sleep(10);
          await bookOn(inside, order[1], subjectId);
        });
      const outcomes = [both(slots, "p-1"), both(slots.toReversed(), "p-2")];
      assert.deepEqual(await tally(outcomes), { ok: 1, slot_booked: 1 });
      const { items } = await engineOn(second).listAppointments({});
      assert.equal(items.length, 2);
      assert.equal(items[0]?.subjectId, items[1]?.subjectId);
      await assertSound(second);
    },
  },
  {
    key: "transaction.connections",
    title: "transactions return their connections, whether they commit, throw, or are refused",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const slots = await publish(engine, manyTimes.length);
      const outcomes = manyTimes.flatMap((number) => [
        engine.transaction(({ engine: inside }) => bookOn(inside, slots[number])),
        engine.transaction(() => Promise.reject(new BookingError("slot_not_found", { slotId: "none" }))),
      ]);
      assert.deepEqual(await tally(outcomes), { ok: manyTimes.length, slot_not_found: manyTimes.length });
      const [slot] = slots;
      const refused = manyTimes.map(() => engine.transaction(({ engine: inside }) => bookOn(inside, slot)));
      assert.deepEqual(await tally(refused), { slot_booked: manyTimes.length });
      await engine.transaction(({ engine: inside }) => inside.getSlot(slot?.id ?? ""));
      await assertSound(second);
    },
  },
  {
    key: "transaction.ended",
    title: "every call of the engine of an ended transaction is refused, even one that was not awaited",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const [slot, other] = await publish(engine, 2);
      let forgotten: Promise<PromiseSettledResult<unknown>[]> | undefined;
      const leaked = await engine.transaction(async ({ engine: inside }) => {
        forgotten = Promise.allSettled([bookOn(inside, slot)]);
        return inside;
      });
      await refusal(bookOn(leaked, other), "storage_misused");
      const [outcome] = (await forgotten) ?? [];
      // The answer says whether it was fast enough.
      assert.equal(await free(engineOn(second)), outcome?.status === "fulfilled" ? 1 : 2);
      await assertSound(second);
    },
  },
  {
    key: "transaction.misused",
    title: "transaction() is refused within a transaction, and without a function",
    async run({ storage, beginHostTransaction }) {
      const engine = engineOn(storage);
      const host = await beginHostTransaction();
      const nested = engine.within(host.transaction).transaction(async () => "never");
      assert.match((await refusal(nested, "storage_misused")).message, /a transaction of its own/);
      await host.rollback();
      const inside = engine.transaction(async ({ engine }) => engine.transaction(async () => "never"));
      await refusal(inside, "storage_misused");
      await refusal(engine.transaction(undefined as never), "invalid_input");
    },
  },
];
