import { expect, it } from "vitest";
import { createEngine, noOverlapOfSubject, type StorageAdapter } from "../src/index.ts";
import { copyTables } from "../src/memory/database.ts";
import { createMemoryDatabase, memoryAdapter } from "../src/memory/index.ts";
import { actor, caughtUpWith, failWith, hindered, movableClock, passed, place, slotAt, until } from "./feed-stage.ts";

const policies = [noOverlapOfSubject()];
const elsewhere = { ...place, providerId: "q" };

it("searches of live slots for many subjects read an appointment of somebody else that is moved once", async () => {
  const storage = memoryAdapter();
  const read: string[] = [];
  const counted: StorageAdapter = {
    ...storage,
    load(keys, call) {
      read.push(...keys.filter(({ kind }) => kind === "appointment").map(({ id }) => id));
      return storage.load(keys, call);
    },
  };
  const clock = movableClock();
  const other = createEngine({ storage, clock });
  const { slots } = await other.createSlots({ actor, ...place, slots: [slotAt(0), slotAt(60)] });
  const [first = "", second = ""] = slots.map(({ id }) => id);
  const { appointment } = await other.book({ actor, slotId: first, subjectId: "somebody else" });
  const engine = createEngine({ storage: counted, clock, policies });
  const live = await engine.follow({ from: slotAt(0).start, to: slotAt(120).start, pollMs: 10 });
  for (const subjectId of ["ada", "bo", "cy"]) await live.forSubject({ actor, subjectId });
  read.length = 0;
  await other.reschedule({ actor, appointmentId: appointment.id, slotId: second });
  await caughtUpWith(other, live);
  expect(read).toEqual([appointment.id]);
  live.close();
});

it("appointments whose reading fails after the slots have been read anew are read once more", async () => {
  const { storage, hindrances } = hindered();
  const clock = movableClock();
  const other = createEngine({ storage, clock });
  const { slots } = await other.createSlots({ actor, ...place, slots: [slotAt(60), slotAt(24 * 60)] });
  await other.createSlots({ actor, ...elsewhere, slots: [slotAt(24 * 60)] });
  const engine = createEngine({ storage, clock, policies });
  // It polls so rarely that what others commit comes when the slots are read anew.
  const live = await engine.follow({ forDays: 7, pollMs: 3_600_000, staleAfterMs: 86_400_000 });
  const own = await live.forSubject({ actor, subjectId: "ada" });
  clock.advance(3 * 60);
  live.freshness();
  await until(() => !live.freshness().isStale);
  await other.book({ actor, slotId: slots[1]?.id ?? "", subjectId: "ada" });
  let failed = 0;
  hindrances.findAppointments = () => {
    failed += 1;
    hindrances.findAppointments = undefined;
    return failWith("unavailable");
  };
  clock.advance(-3 * 60);
  live.freshness();
  await until(() => failed === 1);
  // Until they are read, the database decides.
  expect(await own.findOpen()).toMatchObject({ source: "database", items: [{ slotId: slots[0]?.id }] });
  await until(() => !live.freshness().isStale);
  expect(await own.findOpen()).toMatchObject({ source: "live", items: [{ slotId: slots[0]?.id }] });
  live.close();
});

/** An engine whose reads of appointments wait, after they have read, until they are let go in the order of the numbers. */
async function stagedReads() {
  const database = createMemoryDatabase();
  const plain = memoryAdapter({ database });
  const waiting: (() => void)[] = [];
  let isWaiting = false;
  const storage: StorageAdapter = {
    ...plain,
    async findAppointments(query, call) {
      const found = await plain.findAppointments(query, call);
      if (isWaiting) await new Promise<void>((resolve) => waiting.push(resolve));
      return found;
    },
  };
  const clock = movableClock();
  const other = createEngine({ storage: plain, clock });
  const { slots } = await other.createSlots({ actor, ...place, slots: [slotAt(0), slotAt(60)] });
  await other.createSlots({ actor, ...elsewhere, slots: [slotAt(0)] });
  const engine = createEngine({ storage, clock, policies });
  const live = await engine.follow({ from: slotAt(0).start, to: slotAt(1000).start, pollMs: 10 });
  return {
    live,
    other,
    slots,
    waiting,
    wait: () => {
      isWaiting = true;
    },
    /** A failover that loses a commit. */
    async failOver() {
      const standby = copyTables(database.tables);
      await other.createSlots({ actor, ...place, slots: [slotAt(120)] });
      await caughtUpWith(other, live);
      database.tables = standby;
    },
  };
}

it.each([
  { ends: "before", order: [0, 1] },
  { ends: "after", order: [1, 0] },
])(
  "a subject's appointments that are read when the slots are read anew are those of the later reading, if the earlier one ends $ends it",
  async ({ order }) => {
    const { live, other, slots, waiting, wait, failOver } = await stagedReads();
    wait();
    const beginning = live.forSubject({ actor, subjectId: "ada" });
    await until(() => waiting.length === 1);
    await failOver();
    await other.book({ actor, slotId: slots[0]?.id ?? "", subjectId: "ada" });
    await until(() => waiting.length === 2);
    for (const index of order) {
      waiting[index]?.();
      await passed(20);
    }
    const own = await beginning;
    await caughtUpWith(other, live);
    await until(() => !live.freshness().isStale);
    expect(await own.findOpen()).toMatchObject({ source: "live", items: [{ slotId: slots[1]?.id }] });
    live.close();
  },
);

it("what the feed brings while a subject's appointments are read twice at a time is among both", async () => {
  const { live, other, slots, waiting, wait, failOver } = await stagedReads();
  wait();
  const beginning = live.forSubject({ actor, subjectId: "ada" });
  await until(() => waiting.length === 1);
  await failOver();
  await until(() => waiting.length === 2);
  waiting[1]?.();
  await until(() => !live.freshness().isStale);
  await other.book({ actor, slotId: slots[0]?.id ?? "", subjectId: "ada" });
  await caughtUpWith(other, live);
  waiting[0]?.();
  const own = await beginning;
  expect(await own.findOpen()).toMatchObject({ source: "live", items: [{ slotId: slots[1]?.id }] });
  live.close();
});
