import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { StorageAdapter } from "@slotwright/core";
import {
  type CommitOutcome,
  isStorageError,
  keyOf,
  type Transition,
  type VersionedRecord,
} from "@slotwright/core/adapter";
import type { CaseContext, ConformanceCase } from "../harness.ts";
import { journalOf } from "../journal-of.ts";
import { appointmentOn, booking, creation, sampleInstant, sampleSchedule, slotAt, transitionOf } from "../records.ts";

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const rivals = numbers(8);
const rounds = numbers(5);

/**
 * Commits all at the same time, alternating between two connections. Nothing is read first, so none finds the others
 * done.
 */
function race({ storage, second }: CaseContext, transitions: readonly Transition[]): Promise<readonly CommitOutcome[]> {
  return Promise.all(transitions.map((one, index) => commit(index % 2 === 0 ? storage : second, one)));
}

/** Any commit may end as busy or transient, which means that nothing was applied. */
async function commit(storage: StorageAdapter, transition: Transition): Promise<CommitOutcome> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const [outcome] = await storage.commit([transition]);
      if (outcome?.status !== "busy") return outcome as CommitOutcome;
      await pause(Math.random() * 5);
    } catch (error) {
      const isTransient = isStorageError(error, "transient");
      if (!isTransient || attempt === 1_000) throw error;
      await pause(Math.random() * 20);
    }
  }
}

/** The index of the one that was committed. */
function onlyWinner(outcomes: readonly CommitOutcome[]): number {
  const winners = rivals.filter((rival) => outcomes[rival]?.status === "committed");
  assert.equal(winners.length, 1, JSON.stringify(outcomes));
  return winners[0] as number;
}

/** Rounds in which all rivals write the same record at the same version. */
async function contend(context: CaseContext, created: VersionedRecord): Promise<void> {
  let current = created;
  for (const round of rounds) {
    const puts = rivals.map((rival) => ({
      ...current,
      version: current.version + 1,
      updatedAt: sampleInstant(rival + 1),
    }));
    const outcomes = await race(
      context,
      puts.map((put, rival) => transitionOf(`${put.kind} ${round} ${rival}`, put)),
    );
    const winner = onlyWinner(outcomes);
    const lost = { status: "stale", keys: [keyOf(created)] };
    const others = outcomes.filter((_, rival) => rival !== winner);
    assert.deepEqual(
      others,
      others.map(() => lost),
    );
    current = puts[winner] as VersionedRecord;
    assert.deepEqual(await context.second.load([keyOf(created)]), [current]);
  }
}

export const contractRaceCases: readonly ConformanceCase[] = [
  {
    key: "races.same-version",
    title:
      "of many concurrent commits that expect one version of a schedule, slot or appointment, exactly one succeeds",
    async run(context) {
      const slot = slotAt(0);
      const asked = appointmentOn(slot, { status: "scheduled", slotIds: [] });
      await context.storage.commit([creation(slot)]);
      await context.storage.commit([transitionOf("ask", asked)]);
      for (const record of [sampleSchedule, slot, asked]) await contend(context, record);
      for (const record of [slot, asked]) {
        const entries = await journalOf(context.storage, { record, limit: 99 });
        assert.equal(entries.length, rounds.length + 1);
      }
    },
  },
  {
    key: "races.reused-key",
    title: "of many concurrent requests with one command id, one takes effect, and the others get its result",
    async run(context) {
      await context.storage.commit([creation()]);
      for (const round of rounds) {
        const slots = rivals.map((rival) => slotAt((round * rivals.length + rival) * 30));
        const outcomes = await race(
          context,
          slots.map((slot, by) => {
            const command = { id: `key ${round}`, requestHash: `request ${by}`, result: { by } };
            return { ...transitionOf(command.id, slot), command };
          }),
        );
        const by = onlyWinner(outcomes);
        const replayed = { status: "replayed", requestHash: `request ${by}`, result: { by } };
        assert.deepEqual(
          outcomes,
          rivals.map((rival) => (rival === by ? { status: "committed" } : replayed)),
        );
        assert.deepEqual(
          await context.second.load(slots.map(keyOf)),
          slots.map((slot, rival) => (rival === by ? slot : undefined)),
        );
      }
    },
  },
  {
    key: "races.disjoint",
    title: "concurrent commits that have nothing in common all succeed, and everything acknowledged is stored",
    async run(context) {
      const slots = numbers(64).map((index) => slotAt(index * 30));
      await context.storage.commit([creation(...slots)]);
      const bookings = slots.map((slot) => booking(slot));
      const outcomes = await race(context, bookings);
      assert.deepEqual(
        outcomes,
        bookings.map(() => ({ status: "committed" })),
      );
      const put = bookings.flatMap((one) => one.put);
      assert.deepEqual(await context.second.load(put.map(keyOf)), put);
    },
  },
];
