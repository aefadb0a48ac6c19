import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { StorageAdapter } from "@slotwright/core";
import type { CommitOutcome, Transition } from "@slotwright/core/adapter";
import { assertSound, engineOn, patient, publish } from "../fixtures.ts";
import type { CaseContext, ConformanceCase } from "../harness.ts";
import { booking, creation, sampleSchedule, slotAt, slotKey, transitionOf } from "../records.ts";

/** Far longer than a commit takes on a loaded machine, and far shorter than a host may keep a transaction open. */
const patienceMs = 5_000;

const slots = Array.from({ length: 6 }, (_, index) => slotAt(index * 30));
const [locked, free] = slots as [(typeof slots)[0], (typeof slots)[0]];

/** The outcome of the call while the other transaction stays open. */
async function whileOpen<T>(call: Promise<T>): Promise<T | "transient"> {
  const late = pause(patienceMs, "late" as const, { ref: false });
  const answer = await Promise.race([call.catch((error: { readonly failure?: unknown }) => error.failure), late]);
  assert.notEqual(answer, "late", "The call waits until a host's transaction ends.");
  assert.notEqual(answer, undefined, "The call failed with an error other than a StorageError.");
  return answer as T | "transient";
}

/** A storage with one writer at a time can only say that another caller is writing. It fails as transient. */
async function hasOneWriter(storage: StorageAdapter, elsewhere: Transition): Promise<boolean> {
  return (await whileOpen(storage.commit([elsewhere]))) === "transient";
}

/** A host's transaction that has booked a slot and stays open. */
async function lockedStage({ storage, second, beginHostTransaction }: CaseContext) {
  await second.commit([creation(...slots)]);
  const host = await beginHostTransaction();
  assert.deepEqual(await storage.within(host.transaction).commit([booking(locked)]), [{ status: "committed" }]);
  return host;
}

const rival = { ...transitionOf("rival", { ...locked, version: 2, metadata: { by: "rival" } }) };
const busy: CommitOutcome = { status: "busy", keys: [slotKey(locked.id)] };

export const contractLockCases: readonly ConformanceCase[] = [
  {
    key: "contract.commit-beside-locks",
    title: "a transition that needs a locked row is busy at once, and its neighbours are committed",
    async run(context) {
      const { storage, second } = context;
      const host = await lockedStage(context);
      const isWholeLocked = await hasOneWriter(second, booking(free));
      const outcomes = await whileOpen(storage.commit([rival, booking(slotAt(60)), booking(slotAt(90))]));
      const committed: CommitOutcome = { status: "committed" };
      assert.deepEqual(outcomes, isWholeLocked ? "transient" : [busy, committed, committed]);
      await host.rollback();
      assert.deepEqual(await storage.commit([rival]), [committed]);
    },
  },
  {
    key: "contract.commit-stale-beside-locks",
    title: "an overtaken version or another status is stale, whether or not the row is locked",
    async run(context) {
      const { storage, second } = context;
      const host = await lockedStage(context);
      const late = { ...rival, expect: [{ key: slotKey(locked.id), version: 7 }] };
      const taken = { ...rival, expect: [{ key: slotKey(locked.id), version: 1, status: "blocked" }] } as const;
      const isWholeLocked = await hasOneWriter(second, booking(free));
      const stale = [{ status: "stale", keys: [slotKey(locked.id)] }];
      for (const lost of [late, taken]) {
        assert.deepEqual(await whileOpen(storage.commit([lost])), isWholeLocked ? "transient" : stale);
      }
      await host.commit();
      assert.deepEqual(await storage.commit([late]), stale);
    },
  },
  {
    key: "booking.beside-locks",
    title: "a booking of a slot that a host's open transaction has locked delays no other booking of its batch",
    async run(context) {
      const { storage, second, beginHostTransaction } = context;
      const engine = engineOn(storage, { retry: { budgetMs: 30_000 } });
      const [taken = "", ...others] = (await publish(engine, 8)).map(({ id }) => id);
      const host = await beginHostTransaction();
      await engine.within(host.transaction).book({ actor: patient, slotId: taken, subjectId: "host" });
      const isWholeLocked = await hasOneWriter(second, transitionOf("elsewhere", sampleSchedule));
      const book = (slotId: string) => engine.book({ actor: patient, slotId, subjectId: "p-1" });
      const blocked = book(taken);
      const neighbours = Promise.all(others.map(book));
      if (!isWholeLocked) assert.notEqual(await whileOpen(neighbours), "transient");
      await host.rollback();
      assert.equal((await blocked).appointment.status, "confirmed");
      assert.equal((await neighbours).length, others.length);
      await assertSound(second);
    },
  },
  {
    key: "booking.beside-locks-budget",
    title: "a booking of a slot that stays locked ends with storage_busy when its budget is spent, and changes nothing",
    async run(context) {
      const { storage, second, beginHostTransaction } = context;
      const engine = engineOn(storage, { retry: { budgetMs: 500 } });
      const [slot] = await publish(engine);
      assert.ok(slot);
      const host = await beginHostTransaction();
      await engine.within(host.transaction).book({ actor: patient, slotId: slot.id, subjectId: "host" });
      const want = { actor: patient, slotId: slot.id, subjectId: "p-1" };
      const answer = await whileOpen(engine.book(want).catch((error: { readonly code: string }) => error.code));
      assert.equal(answer, "storage_busy");
      await host.rollback();
      assert.equal((await engineOn(second).getSlot(slot.id)).status, "available");
      await engine.book(want);
      await assertSound(second);
    },
  },
];
