import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { sampleInstant as at, type ConformanceStore, creation, slotAt, transitionOf } from "@slotwright/conformance";
import { createEngine, isBookingError } from "@slotwright/core";
import { limits, type Transition } from "@slotwright/core/adapter";

/** A race between two pools, with more and larger batches than in the suite for every adapter. */
export interface RaceCase {
  readonly title: string;
  readonly run: <HostTransaction>(store: RaceStore<HostTransaction>) => Promise<void>;
}

type RaceStore<HostTransaction = never> = Pick<
  ConformanceStore<HostTransaction>,
  "storage" | "second" | "beginHostTransaction"
>;

const actor = { kind: "provider", id: "p" } as const;
const place = { providerId: "p", facilityId: "f" } as const;
const halfHour = (index: number) => ({ start: at(index * 30), end: at(index * 30 + 30) });

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

const enginesOn = <HostTransaction>({ storage, second }: RaceStore<HostTransaction>) =>
  [createEngine({ storage }), createEngine({ storage: second })] as const;

async function tally(calls: readonly Promise<unknown>[]): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const outcome of await Promise.allSettled(calls)) {
    const reason = outcome.status === "rejected" ? outcome.reason : undefined;
    const name = outcome.status === "fulfilled" ? "ok" : isBookingError(reason) ? reason.code : String(reason);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

async function raceForSlot<HostTransaction>(store: RaceStore<HostTransaction>): Promise<void> {
  const pair = enginesOn(store);
  const { slots } = await pair[0].createSlots({ actor, ...place, slots: [halfHour(0)] });
  const slotId = slots[0]?.id ?? "";
  const calls = times(64, (n) => pair[n % 2 === 0 ? 0 : 1].book({ actor, slotId, subjectId: `s-${n}` }));
  assert.deepEqual(await tally(calls), { ok: 1, slot_booked: 63 });
}

async function raceForSeats<HostTransaction>(store: RaceStore<HostTransaction>): Promise<void> {
  const pair = enginesOn(store);
  await pair[0].createSlots({ actor, ...place, slots: [{ ...halfHour(0), capacity: 63 }] });
  const want = { actor, ...place, ...halfHour(0) };
  const calls = times(64, (n) => pair[n % 2 === 0 ? 0 : 1].book({ ...want, subjectId: `s-${n}` }));
  assert.deepEqual(await tally(calls), { ok: 63, no_slot_available: 1 });
}

async function raceForPairs<HostTransaction>(store: RaceStore<HostTransaction>): Promise<void> {
  const pair = enginesOn(store);
  const publish = async (providerId: string) =>
    (await pair[0].createSlots({ actor, ...place, providerId, slots: times(8, halfHour) })).slots;
  const [people, rooms] = [await publish("p"), await publish("room")];
  const calls = times(64, (n) => {
    const ids = [people[n % 8]?.id ?? "", rooms[n % 8]?.id ?? ""] as const;
    const [slotId, also] = n % 2 === 0 ? ids : ids.toReversed();
    return pair[n % 3 === 0 ? 0 : 1].book({
      actor,
      subjectId: `s-${n}`,
      slotId: slotId ?? "",
      alsoSlotIds: [also ?? ""],
    });
  });
  assert.deepEqual(await tally(calls), { ok: 8, slot_booked: 56 });
}

async function raceOfCreators<HostTransaction>(store: RaceStore<HostTransaction>, isNew: boolean): Promise<void> {
  const pair = enginesOn(store);
  if (!isNew) await pair[0].createSlots({ actor, ...place, slots: [halfHour(-1)] });
  // Connects both engines first. Otherwise, one would be done before the other begins.
  await Promise.all(pair.map((engine) => engine.listSlots({ limit: 1 })));
  const calls = times(16, (n) =>
    pair[n % 2 === 0 ? 0 : 1].createSlots({ actor, ...place, slots: [{ start: at(n), end: at(n + 30) }] }),
  );
  assert.deepEqual(await tally(calls), { ok: 1, slot_overlap: 15 });
}

async function batchesInOppositeOrders<HostTransaction>({
  storage,
  second,
}: RaceStore<HostTransaction>): Promise<void> {
  const slots = times(20, (n) => slotAt(n * 30));
  await storage.commit([creation(...slots)]);
  for (let round = 0; round < 20; round++) {
    const batch = (name: string) =>
      slots.map((slot) => {
        const changed = { ...slot, version: round + 2, metadata: { round } };
        return transitionOf(`${name} ${round} ${slot.id}`, changed);
      });
    // A deadlock would reject. Only calls that met a locked row are tried again.
    const all = await Promise.all([
      untilDecided(storage, batch("a")),
      untilDecided(second, batch("b").reverse()),
      untilDecided(storage, batch("c").reverse()),
    ]);
    const statuses = all.flat();
    assert.equal(statuses.filter((status) => status === "committed").length, 20);
    assert.equal(statuses.filter((status) => status === "stale").length, 40);
  }
}

/** The outcome of each transition, in no particular order. */
async function untilDecided(
  storage: RaceStore["storage"],
  transitions: readonly Transition[],
): Promise<readonly string[]> {
  const statuses = (await storage.commit(transitions)).map(({ status }) => status);
  const busy = transitions.filter((_, index) => statuses[index] === "busy");
  const decided = statuses.filter((status) => status !== "busy");
  if (busy.length === 0) return decided;
  await wait(Math.random() * 10);
  return [...decided, ...(await untilDecided(storage, busy))];
}

async function besideOpenTransaction<HostTransaction>(store: RaceStore<HostTransaction>): Promise<void> {
  const engine = createEngine({ storage: store.storage });
  const { slots } = await engine.createSlots({ actor, ...place, slots: times(3, halfHour) });
  const [seen = "", booked = "", held = ""] = slots.map(({ id }) => id);
  const host = await store.beginHostTransaction();
  await engine.within(host.transaction).getSlot(seen);
  const stuck = engine.book({ actor, slotId: seen, subjectId: "s-1" });
  await wait(20);
  const others = [engine.book({ actor, slotId: booked, subjectId: "s-2" }), engine.hold({ actor, slotId: held })];
  const answered = Promise.all(others).then(() => "answered");
  assert.equal(await Promise.race([answered, wait(5_000, "they wait", { ref: false })]), "answered");
  await host.commit();
  assert.equal((await stuck).appointment.status, "confirmed");
}

/** Far longer than the budgets below, and far shorter than the lock lasts. */
const generousMs = 6_000;

/** The blocked call must be answered when its budget ends, and the others while the lock still lasts. */
async function assertOnlyBlocked(blocked: Promise<unknown>, neighbours: readonly Promise<unknown>[]): Promise<void> {
  const late = wait(generousMs, "they wait", { ref: false });
  const [counts, answer] = await Promise.all([
    Promise.race([tally(neighbours), late]),
    Promise.race([tally([blocked]), late]),
  ]);
  assert.deepEqual(counts, { ok: neighbours.length });
  assert.deepEqual(answer, { storage_busy: 1 });
}

async function besideLockedRow<HostTransaction>(store: RaceStore<HostTransaction>): Promise<void> {
  const engine = createEngine({ storage: store.storage, retry: { budgetMs: 1_000 } });
  const { slots } = await engine.createSlots({ actor, ...place, slots: times(30, halfHour) });
  const [locked = "", ...others] = slots.map(({ id }) => id);
  const host = await store.beginHostTransaction();
  await store.storage.within(host.transaction).load([{ kind: "slot", id: locked }]);
  const book = (slotId: string) => engine.book({ actor, slotId, subjectId: "s" });
  await assertOnlyBlocked(book(locked), others.map(book));
  await host.rollback();
  await book(locked);
}

async function besideUnseenWait<HostTransaction>(store: RaceStore<HostTransaction>): Promise<void> {
  const engine = createEngine({ storage: store.storage, retry: { budgetMs: 1_000 } });
  const { slots } = await engine.createSlots({ actor, ...place, slots: times(8, halfHour) });
  const host = await store.beginHostTransaction();
  const first = { actor, ...place, providerId: "new", slots: [halfHour(0)] };
  await engine.within(host.transaction).createSlots(first);
  // Both want to be the first on the schedule, and none of its rows can be seen or locked yet.
  const blocked = engine.createSlots(first);
  const neighbours = slots.map(({ id }) => engine.book({ actor, slotId: id, subjectId: "s" }));
  await assertOnlyBlocked(blocked, neighbours);
  await host.rollback();
  await engine.createSlots(first);
}

async function largestResult<HostTransaction>(store: RaceStore<HostTransaction>): Promise<void> {
  const engine = createEngine({ storage: store.storage });
  const note = "x".repeat(limits.metadataLength - 30);
  const capacity = Math.floor(limits.createdBytes / (limits.metadataLength + 400));
  const slots = [{ ...halfHour(0), capacity, metadata: { note } }];
  const create = () => engine.createSlots({ actor, ...place, slots, idempotencyKey: "large" });
  const created = await create();
  assert.equal(created.slots.length, capacity);
  assert.deepEqual((await create()).slots.at(-1), created.slots.at(-1));
}

/** Cases for servers, on which many connections write at the same time. */
export const raceCases: readonly RaceCase[] = [
  { title: "64 callers on one slot give one booking and 63 times slot_booked", run: raceForSlot },
  { title: "64 callers for 63 seats leave exactly one without", run: raceForSeats },
  { title: "slots taken in opposite orders have one winner a pair", run: raceForPairs },
  {
    title: "of creators with overlapping slots on a new schedule one wins",
    run: (store) => raceOfCreators(store, true),
  },
  {
    title: "of creators with overlapping slots on a schedule with slots already one wins",
    run: (store) => raceOfCreators(store, false),
  },
  { title: "batches that lock the same rows in opposite orders never deadlock", run: batchesInOppositeOrders },
  { title: "a booking that waits for a host's open transaction keeps no other waiting", run: besideOpenTransaction },
  {
    title: "of 30 bookings at once, one whose row stays locked is storage_busy, and the others are booked at once",
    run: besideLockedRow,
  },
  {
    title: "a command that waits for another's uncommitted key is storage_busy, and its neighbours are done at once",
    run: besideUnseenWait,
  },
  { title: "slots with as much metadata as one call may store are created, and answered again", run: largestResult },
];
