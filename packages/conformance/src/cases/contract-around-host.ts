import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { StorageAdapter } from "@slotwright/core";
import {
  type Around,
  agendaIdOf,
  type CommitOutcome,
  isStorageError,
  keyOf,
  type Transition,
} from "@slotwright/core/adapter";
import type { CaseContext, ConformanceCase, HostTransactionHandle } from "../harness.ts";
import {
  agendaAt,
  appointmentOn,
  sampleInstant as at,
  bookedBy,
  booking,
  creation,
  slotAt,
  slotKey,
  transitionOf,
} from "../records.ts";

const committed = { status: "committed" } as const;
const around: Around = { of: "provider", providerId: "provider-1", from: at(0), to: at(9_000) };
const nearFirst: Around = { of: "provider", slotId: "slot-0", beforeMs: 0, afterMs: 9_000 * 60_000 };
const ofSubject: Around = { of: "subject", subjectId: "subject-1", from: at(0), to: at(9_000) };
const subjectAgenda = agendaIdOf("subject", "subject-1");
const slots = Array.from({ length: 24 }, (_, index) => slotAt(index * 30));

/** A booking that also makes or raises the provider's agenda, as one does whose policies looked at it. */
const bookingAt = (minutes: number, version: number): Transition => {
  const own = booking(slotAt(minutes));
  const agenda = agendaAt(version);
  return { ...own, expect: [...own.expect, { key: keyOf(agenda), version: version - 1 }], put: [...own.put, agenda] };
};

/** Undefined where one writer keeps all others out. */
async function outcomeOf(storage: StorageAdapter, one: Transition): Promise<CommitOutcome | undefined> {
  try {
    return (await storage.commit([one]))[0];
  } catch (error) {
    if (isStorageError(error, "transient")) return undefined;
    throw error;
  }
}

async function seen(storage: StorageAdapter, place: Around) {
  const [found] = (await storage.loadAround([], [place])).around;
  assert.ok(found);
  return { version: found.agenda?.version, ids: [...found.slots, ...found.appointments].map(({ id }) => id) };
}

/** Books one slot after another, each time on the agenda as it was seen. */
async function bookAll(storage: StorageAdapter, minutes: readonly number[]): Promise<void> {
  for (const minute of minutes) {
    for (;;) {
      const { version = 0 } = await seen(storage, around);
      const outcome = await outcomeOf(storage, bookingAt(minute, version + 1));
      if (outcome?.status === "committed") break;
      await pause(Math.random() * 10);
    }
  }
}

/** Each commit takes a slot and raises the agenda by one, so a list with fewer slots than the version is too old. */
async function assertNeverNewer(storage: StorageAdapter, places: readonly Around[], isOver: () => boolean) {
  do {
    const found = await storage.loadAround([slotKey("slot-0")], places);
    for (const { agenda, slots: taken } of found.around) {
      const problem = `the agenda is at ${agenda?.version}, and the list has ${taken.length} slots`;
      assert.ok((agenda?.version ?? 0) <= taken.length, problem);
    }
    await pause(1);
  } while (!isOver());
}

/** A host's transaction, and the storage within it. */
interface Inside {
  readonly host: HostTransactionHandle<unknown>;
  readonly inside: StorageAdapter;
}

/** A transaction that has begun to read, beside a commit of another connection. */
async function begun({ storage, second, beginHostTransaction }: CaseContext, beside: Transition) {
  const host = await beginHostTransaction();
  const inside = storage.within(host.transaction);
  await inside.findAppointments({ limit: 1 });
  const outcome = await outcomeOf(second, beside);
  return { host, inside, hasOneWriter: outcome === undefined };
}

/** The transaction itself. If the database ends it there, which has to be told, it is another one that began later. */
async function goingOn(
  { storage, beginHostTransaction, endsOldTransactions = false }: CaseContext,
  { host, inside }: Inside,
  meet: (inside: StorageAdapter) => Promise<unknown>,
): Promise<Inside> {
  if (!endsOldTransactions) return { host, inside };
  await assert.rejects(meet(inside), (error) => isStorageError(error, "transient"));
  await host.rollback();
  const again = await beginHostTransaction();
  return { host: again, inside: storage.within(again.transaction) };
}

/** Books the first slot on the agenda as it is seen, and again if the agenda turns out to be older. */
async function bookFirst(inside: StorageAdapter) {
  for (let attempt = 1; ; attempt += 1) {
    const found = await seen(inside, around);
    const [outcome] = await inside.commit([bookingAt(0, (found.version ?? 0) + 1)]);
    if (outcome?.status === "committed") return found;
    assert.deepEqual([outcome?.status, attempt <= 3], ["stale", true]);
  }
}

export const contractAroundHostCases: readonly ConformanceCase[] = [
  {
    key: "contract.around-within",
    title:
      "within a host's transaction, loadAround shows what the transaction itself has written, and nobody else does",
    async run({ storage, second, beginHostTransaction }) {
      await storage.commit([creation(...slots)]);
      const host = await beginHostTransaction();
      const inside = storage.within(host.transaction);
      await inside.commit([bookingAt(0, 1)]);
      await inside.commit([bookingAt(30, 2)]);
      const both = { version: 2, ids: ["slot-0", "slot-30"] };
      assert.deepEqual(await seen(inside, around), both);
      assert.deepEqual(await seen(inside, nearFirst), both);
      assert.deepEqual(await seen(second, around), { version: 0, ids: [] });
      await host.commit();
      assert.deepEqual(await seen(second, nearFirst), both);
    },
  },
  {
    key: "contract.around-within-now",
    title:
      "within a host's transaction that has read before, loadAround shows what others have put an agenda with since",
    async run(context) {
      const { storage } = context;
      await storage.commit([creation(...slots)]);
      await storage.commit([bookingAt(0, 1), transitionOf("make", agendaAt(1, subjectAgenda))]);
      const rival = bookingAt(30, 2);
      const beside = { ...rival, put: [...rival.put, agendaAt(2, subjectAgenda)] };
      const { hasOneWriter, ...old } = await begun(context, beside);
      if (hasOneWriter) return void (await old.host.rollback());
      const { host, inside } = await goingOn(context, old, (within) => seen(within, around));
      assert.deepEqual(await seen(inside, around), { version: 2, ids: ["slot-0", "slot-30"] });
      assert.deepEqual(await seen(inside, nearFirst), { version: 2, ids: ["slot-0", "slot-30"] });
      assert.deepEqual((await seen(inside, ofSubject)).ids, ["appointment-of-slot-0", "appointment-of-slot-30"]);
      assert.deepEqual(await inside.commit([bookingAt(60, 3)]), [committed]);
      await host.commit();
      assert.deepEqual(await seen(storage, around), { version: 3, ids: ["slot-0", "slot-30", "slot-60"] });
    },
  },
  {
    key: "contract.around-within-first",
    title: "within a host's transaction that has read before, an agenda that others have made since is met in the end",
    async run(context) {
      const { storage } = context;
      await storage.commit([creation(...slots)]);
      const { hasOneWriter, ...old } = await begun(context, bookingAt(30, 1));
      if (hasOneWriter) return void (await old.host.rollback());
      const { host, inside } = await goingOn(context, old, bookFirst);
      assert.deepEqual(await bookFirst(inside), { version: 1, ids: ["slot-30"] });
      await host.commit();
      assert.deepEqual(await seen(storage, around), { version: 2, ids: ["slot-0", "slot-30"] });
    },
  },
  {
    key: "contract.around-within-locks",
    title: "within a host's transaction, loadAround locks the records and the agendas, unless they are only shown",
    async run({ storage, second, beginHostTransaction }) {
      await storage.commit([creation(...slots)]);
      await storage.commit([bookingAt(0, 1)]);
      const shown = await beginHostTransaction();
      await storage.within(shown.transaction).loadAround([slotKey("slot-30")], [around], { displayOnly: true });
      const beside = await outcomeOf(second, bookingAt(30, 2));
      await shown.rollback();
      if (beside === undefined) return;
      assert.deepEqual(beside, committed);
      const host = await beginHostTransaction();
      await storage.within(host.transaction).loadAround([slotKey("slot-60")], [around]);
      assert.deepEqual(await outcomeOf(second, bookingAt(90, 3)), { status: "busy", keys: [keyOf(agendaAt(3))] });
      const free = slotAt(60);
      const slotOnly = { ...booking(free), put: [appointmentOn(free), bookedBy(free, appointmentOn(free))] };
      assert.deepEqual(await outcomeOf(second, slotOnly), { status: "busy", keys: [slotKey("slot-60")] });
      assert.deepEqual(await outcomeOf(second, booking(slotAt(120))), committed);
      await host.rollback();
      assert.deepEqual(await outcomeOf(second, bookingAt(90, 3)), committed);
    },
  },
  {
    key: "races.around",
    title: "beside commits that take a slot and raise the agenda, loadAround never shows an agenda newer than its list",
    async run({ storage, second, beginHostTransaction }) {
      await storage.commit([creation(...slots)]);
      let isOver = false;
      const minutes = slots.map((_, index) => index * 30);
      const writers = [bookAll(storage, minutes.slice(0, 12)), bookAll(second, minutes.slice(12))];
      const all = Promise.all(writers).finally(() => {
        isOver = true;
      });
      const readers = [
        assertNeverNewer(second, [around, nearFirst], () => isOver),
        assertNeverNewer(storage, [nearFirst, around], () => isOver),
      ];
      await Promise.all([all, ...readers]);
      const host = await beginHostTransaction();
      await assertNeverNewer(storage.within(host.transaction), [around, nearFirst], () => true);
      await host.commit();
      const { version, ids } = await seen(storage, around);
      assert.deepEqual([version, ids.length], [slots.length, slots.length]);
    },
  },
];
