import assert from "node:assert/strict";
import { sampleSchedule, slotAt, transitionOf } from "@slotwright/conformance";
import type { JournalEntry, StorageAdapter, Transition } from "@slotwright/core/adapter";

/** Publishes a slot on a schedule of its own, so that nobody waits for another one's rows. Returns its entries. */
export async function publishAlone(storage: StorageAdapter, number: number): Promise<readonly JournalEntry[]> {
  const transition = publication(number);
  assert.deepEqual(await storage.commit([transition]), [{ status: "committed" }]);
  return transition.journal;
}

function publication(number: number): Transition {
  const schedule = { ...sampleSchedule, id: `schedule ${number}`, providerId: `provider ${number}` };
  const of = { scheduleId: schedule.id, providerId: schedule.providerId };
  return transitionOf(`publish ${number}`, schedule, slotAt(number * 30, of));
}

/** Commits that follow one another write to the first partition, which keeps cursors short. */
export async function keepsToFirstPartition(storage: StorageAdapter, second: StorageAdapter): Promise<void> {
  for (let number = 0; number < 10; number++) await publishAlone(storage, number);
  const read = await second.readFeed({ after: "end", limit: 1 });
  const partitions = read.status === "read" && read.position.map(({ partition }) => partition);
  assert.deepEqual(partitions, [0]);
}
