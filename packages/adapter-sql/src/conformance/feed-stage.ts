import assert from "node:assert/strict";
import { type ConformanceStore, sampleNow, sampleSchedule, slotAt, transitionOf } from "@slotwright/conformance";
import type { FeedPosition, JournalEntry, StorageAdapter, Transition } from "@slotwright/core/adapter";

/** Publishes a slot on a schedule of its own, so that nobody waits for another one's rows. Returns its entries. */
export async function publishAlone(
  storage: StorageAdapter<never>,
  number: number,
  at?: Date,
): Promise<readonly JournalEntry[]> {
  const transition = publication(number, at);
  assert.deepEqual(await storage.commit([transition]), [{ status: "committed" }]);
  return transition.journal;
}

function publication(number: number, at = sampleNow): Transition {
  const schedule = { ...sampleSchedule, id: `schedule ${number}`, providerId: `provider ${number}` };
  const of = { scheduleId: schedule.id, providerId: schedule.providerId };
  const published = transitionOf(`publish ${number}`, schedule, slotAt(number * 30, of));
  return { ...published, journal: published.journal.map((entry) => ({ ...entry, at })) };
}

/** Commits that follow one another write to the first partition, which keeps cursors short. */
export async function keepsToFirstPartition(storage: StorageAdapter, second: StorageAdapter): Promise<void> {
  for (let number = 0; number < 10; number++) await publishAlone(storage, number);
  const read = await second.readFeed({ after: "end", limit: 1 });
  const partitions = read.status === "read" && read.position.map(({ partition }) => partition);
  assert.deepEqual(partitions, [0]);
}

/** Publishes slots in the second partition, while a transaction has the first one. */
export async function fillSecondPartition<HostTransaction>(
  { storage, beginHostTransaction }: Filled<HostTransaction>,
  { from, to, at }: { readonly from: number; readonly to: number; readonly at?: Date },
): Promise<void> {
  const host = await beginHostTransaction();
  await publishAlone(storage.within(host.transaction), from);
  for (let number = from + 1; number < to; number++) await publishAlone(storage, number, at);
  await host.rollback();
}

export type Filled<HostTransaction> = Pick<ConformanceStore<HostTransaction>, "storage" | "beginHostTransaction">;

/** Whatever the page, another database's position gets no entries, although those of its partition are far away. */
export async function resetsForeignPosition<HostTransaction>(
  store: Filled<HostTransaction>,
  other: Filled<HostTransaction>,
): Promise<void> {
  for (let number = 0; number < 10; number++) await publishAlone(store.storage, number);
  await fillSecondPartition(store, { from: 10, to: 50 });
  await fillSecondPartition(other, { from: 100, to: 130 });
  const [own, foreign] = [await endOf(store), await endOf(other)];
  assert.deepEqual(
    [own, foreign].map((position) => position.map(({ partition }) => partition)),
    [[0, 1], [1]],
  );
  for (const limit of [1, 3, 1_000]) {
    const query = { after: foreign, limit };
    assert.deepEqual(await store.storage.readFeed(query), { status: "reset" }, `a page of ${limit}`);
  }
}

async function endOf<HostTransaction>({ storage }: Filled<HostTransaction>): Promise<FeedPosition> {
  const read = await storage.readFeed({ after: "end", limit: 1 });
  assert.ok(read.status === "read");
  return read.position;
}
