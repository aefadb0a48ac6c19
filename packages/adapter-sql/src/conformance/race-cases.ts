import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { createEngine, isBookingError } from "@slotwright/core";
import {
  sampleInstant as at,
  type ConformanceStore,
  creation,
  slotAt,
  transitionOf,
} from "@slotwright/core/conformance";

/** A race between two pools, in more and larger batches than those that every adapter is tested by. */
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

/** How often each outcome occurred. */
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
  // Connected, both of them, or one would be done before the other begins.
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
    // A deadlock would reject: nothing here tries again.
    const all = await Promise.all([
      storage.commit(batch("a")),
      second.commit(batch("b").reverse()),
      storage.commit(batch("c").reverse()),
    ]);
    const statuses = all.flat().map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === "committed").length, 20);
    assert.equal(statuses.filter((status) => status === "stale").length, 40);
  }
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

/** What servers are tested by, on which many connections write at the same time. */
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
];
