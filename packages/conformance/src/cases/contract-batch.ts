import assert from "node:assert/strict";
import type { Slot, StorageAdapter } from "@slotwright/core";
import { type CommitOutcome, keyOf, type Transition } from "@slotwright/core/adapter";
import type { ConformanceCase } from "../harness.ts";
import { journalOf } from "../journal-of.ts";
import { booking, commandKey, creation, slotAt, slotKey, transitionOf } from "../records.ts";

/** A booking whose appointment lists a different slot. A storage with guards of its own refuses it. */
const broken = (minutes: number): Transition => booking(slotAt(minutes), { slotIds: ["elsewhere"] });

/** The slot that a booking writes, after its appointment. */
const slotIn = ({ put: [, slot] }: Transition): Slot => slot as Slot;
const freeIn = (one: Transition): Slot => ({ ...slotIn(one), status: "available", appointmentId: null, version: 1 });
const blockedIn = (one: Transition): Slot => ({ ...freeIn(one), status: "blocked", version: 2 });

const keysOf = ({ command, put }: Transition) => [commandKey(command.id), ...put.map(keyOf)];
const after = ({ command, put }: Transition) => [{ kind: "command", ...command }, ...put];

/** Not every storage guards the invariants itself, but every answer must be accurate. */
async function assertRefusedOrWhole(storage: StorageAdapter, one: Transition, outcome?: CommitOutcome): Promise<void> {
  assert.ok(outcome?.status === "refused" || outcome?.status === "committed", outcome?.status);
  const isRefused = outcome.status === "refused";
  const expected = isRefused ? [undefined, undefined, freeIn(one)] : after(one);
  assert.deepEqual(await storage.load(keysOf(one)), expected);
  const entries = await journalOf(storage, { record: slotIn(one), limit: 9 });
  assert.equal(entries.length, isRefused ? 1 : 2);
}

const fates = ["wins", "lost", "wins", "repeats", "breaks"] as const;
type TransitionFate = (typeof fates)[number];

const fifty = Array.from({ length: 50 }, (_, index) => {
  const fate = fates[index % fates.length] as TransitionFate;
  return { fate, transition: fate === "breaks" ? broken(index * 30) : booking(slotAt(index * 30)) };
});

const of = (fate: TransitionFate) => fifty.filter((one) => one.fate === fate);

const expectedOutcome: Readonly<Record<Exclude<TransitionFate, "breaks">, (one: Transition) => CommitOutcome>> = {
  wins: () => ({ status: "committed" }),
  lost: (one) => ({ status: "stale", keys: [keyOf(slotIn(one))] }),
  repeats: ({ command: { requestHash, result } }) => ({ status: "replayed", requestHash, result }),
};

/** Publishes a slot for each of the fifty. The same command has already booked some of them, and some are blocked. */
async function prepare(storage: StorageAdapter): Promise<void> {
  await storage.commit([creation(...fifty.map(({ transition }) => freeIn(transition)))]);
  const repeated = of("repeats").map(({ transition }) => transition);
  const blocked = of("lost").map(({ transition }) => blockedIn(transition));
  const outcomes = await storage.commit([
    ...repeated,
    ...blocked.map((slot) => transitionOf(`block ${slot.id}`, slot)),
  ]);
  assert.ok(outcomes.every(({ status }) => status === "committed"));
}

export const contractBatchCases: readonly ConformanceCase[] = [
  {
    key: "contract.commit-batch",
    title: "the outcome of one transition of a batch never affects its neighbours",
    async run({ storage, second }) {
      const created = creation(slotAt(0), slotAt(30));
      const blocked = slotAt(30, { version: 2, status: "blocked" });
      await storage.commit([created]);
      const outcomes = await storage.commit([
        transitionOf("add", slotAt(60)),
        transitionOf("late", slotAt(0, { version: 9 })),
        created,
        transitionOf("block", blocked),
      ]);
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ["committed", "stale", "replayed", "committed"],
      );
      const loaded = await second.load(["slot-0", "slot-30", "slot-60"].map(slotKey));
      assert.deepEqual(loaded, [slotAt(0), blocked, slotAt(60)]);
    },
  },
  {
    key: "contract.commit-batch-of-50",
    title: "a batch of 50 commits every winner among losers, repeats and broken transitions, and nothing else",
    async run({ storage, second }) {
      await prepare(second);
      const outcomes = await storage.commit(fifty.map(({ transition }) => transition));
      assert.equal(outcomes.length, 50);
      for (const [index, { fate, transition }] of fifty.entries()) {
        if (fate === "breaks") await assertRefusedOrWhole(second, transition, outcomes[index]);
        else assert.deepEqual(outcomes[index], expectedOutcome[fate](transition));
      }
      for (const { transition } of [...of("wins"), ...of("repeats")]) {
        assert.deepEqual(await second.load(keysOf(transition)), after(transition));
      }
      for (const { transition } of of("lost")) {
        assert.deepEqual(await second.load(keysOf(transition)), [undefined, undefined, blockedIn(transition)]);
      }
      for (const { transition } of fifty.filter(({ fate }) => fate !== "breaks")) {
        assert.equal((await journalOf(second, { record: slotIn(transition), limit: 9 })).length, 2);
      }
    },
  },
  {
    key: "contract.commit-refused-leaves-nothing",
    title: "what the storage's own guard refuses leaves nothing behind, not even its idempotency key",
    async run({ storage, second }) {
      await storage.commit([creation(slotAt(0))]);
      const [outcome] = await storage.commit([broken(0)]);
      await assertRefusedOrWhole(second, broken(0), outcome);
      if (outcome?.status !== "refused") return;
      assert.deepEqual(await second.commit([booking(slotAt(0))]), [{ status: "committed" }]);
    },
  },
  {
    key: "contract.batch-attribution",
    title:
      "each entry of a batch names the command and actor of its own transition, and each command has its own result",
    async run({ storage, second }) {
      const slots = [slotAt(0), slotAt(30), slotAt(60)];
      await storage.commit([creation(...slots)]);
      const batch = slots.map((slot) => {
        const one = booking(slot);
        const actor = { kind: `kind of ${slot.id}`, id: `actor of ${slot.id}` };
        const journal = one.journal.map((entry) => ({ ...entry, actor, reason: `reason of ${slot.id}` }));
        return { ...one, journal, command: { ...one.command, result: { of: slot.id } } };
      });
      assert.deepEqual(
        await storage.commit(batch),
        batch.map(() => ({ status: "committed" })),
      );
      for (const { journal, command } of batch) {
        for (const entry of journal) {
          assert.deepEqual(
            (await journalOf(second, { record: { kind: entry.recordKind, id: entry.recordId }, limit: 10 })).at(-1),
            entry,
          );
        }
        assert.deepEqual(await second.load([commandKey(command.id)]), [{ kind: "command", ...command }]);
      }
    },
  },
];
