import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { createEngine, type Engine, isBookingError } from "@slotwright/core";
import type { StorageAdapter, Warning } from "@slotwright/core/adapter";

/** A host's pool of ten connections, and an adapter on it. */
export interface HostPoolStage {
  readonly storage: StorageAdapter<never>;
  /**
   * Begins a transaction on a connection of the pool. The returned function rolls it back and returns the connection.
   */
  readonly begin: () => Promise<() => Promise<void>>;
}

export interface StarvedPoolCase {
  readonly title: string;
  readonly run: (stage: HostPoolStage) => Promise<void>;
}

const size = 10;
const budgetMs = 2_000;
/** Longer than the budget, to allow for a busy machine. Without a bound, the wait would never end. */
const patienceMs = budgetMs + 1_500;

const actor = { kind: "provider", id: "dr-grey" };

export const starvedPoolCases: readonly StarvedPoolCase[] = [
  {
    title: "ten transactions that forget within() are answered in the budget, with what is wrong, and all recovers",
    run: forgettingWithin,
  },
  {
    title: "a command that waits for a connection twice, once for its read and once for its commit, has one budget",
    run: waitingTwice,
  },
  {
    title: "transaction() waits for a connection within the budget, and so do callbacks that forget its engine",
    run: callbacksForgettingEngine,
  },
];

async function forgettingWithin({ storage, begin }: HostPoolStage): Promise<void> {
  const warnings: Warning[] = [];
  const engine = engineOn(storage, (warning) => warnings.push(warning));
  const slotIds = await publish(engine, size);
  const ends = await Promise.all(Array.from({ length: size }, begin));
  const bookings = slotIds.map((slotId) => timed(() => engine.book({ actor, slotId, subjectId: "s" })));
  const reads: ReturnType<typeof timed>[] = [];
  for (let round = 0; round < 20; round++) {
    await sleep(40);
    reads.push(timed(() => engine.getSlot(slotIds[0] as string)));
  }
  for (const { error, ms } of await Promise.all([...bookings, ...reads])) {
    assert.ok(isBookingError(error, "storage_busy"), String(error));
    assert.match(error.message, /All 10 connections of the pool are in use, and \d+ calls? waits? for one\./);
    assert.match(error.message, /call the engine through within\(transaction\)/);
    assert.ok(ms < patienceMs, `answered after ${ms} ms`);
  }
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ["connections_exhausted"],
  );
  const { details, message } = warnings[0] as Extract<Warning, { code: "connections_exhausted" }>;
  assert.equal(details.inUse, size);
  assert.ok((details.waiting ?? 0) >= 1 && details.waitedMs >= 990 && details.waitedMs < budgetMs, message);
  assert.match(message, /within\(transaction\)/);
  await Promise.all(ends.map((end) => end()));
  // All connections are free again, including those that arrived too late for their callers.
  await Promise.all((await Promise.all(Array.from({ length: size }, begin))).map((end) => end()));
  for (const slotId of slotIds) await engine.book({ actor, slotId, subjectId: "s" });
}

async function waitingTwice({ storage, begin }: HostPoolStage): Promise<void> {
  const [slotId] = await publish(engineOn(storage), 1);
  const engine = engineOn(storage);
  const [first, ...others] = await Promise.all(Array.from({ length: size }, begin));
  const booking = timed(() => engine.book({ actor, slotId: slotId as string, subjectId: "s" }));
  await sleep(100);
  // This call is next in line after the read. It gets the connection before the commit asks for one.
  const next = begin();
  await sleep(0.8 * budgetMs);
  await first?.();
  const end = await next;
  const { error, ms } = await booking;
  assert.ok(isBookingError(error, "storage_busy"), String(error));
  assert.ok(ms < 0.8 * budgetMs + 0.9 * budgetMs, `answered after ${ms} ms`);
  await Promise.all([end, ...others].map((one) => one()));
  await engine.book({ actor, slotId: slotId as string, subjectId: "s" });
}

async function callbacksForgettingEngine({ storage, begin }: HostPoolStage): Promise<void> {
  const engine = engineOn(storage);
  const slotIds = await publish(engine, size);
  const forgetting = slotIds.map((slotId) =>
    timed(() => engine.transaction(() => engine.book({ actor, slotId, subjectId: "s" }))),
  );
  const forgot = await Promise.all(forgetting);
  const ends = await Promise.all(Array.from({ length: size }, begin));
  const late = await timed(() => engine.transaction(async () => "never"));
  // The first callers that give up make room for others.
  const failed = forgot.filter(({ error }) => error !== undefined);
  assert.ok(failed.length > 0);
  for (const { error, ms } of [...failed, late]) {
    assert.ok(isBookingError(error, "storage_busy"), String(error));
    assert.match(error.message, /the engine that transaction\(\) passes to its callback/);
    assert.ok(ms < patienceMs, `answered after ${ms} ms`);
  }
  await Promise.all(ends.map((end) => end()));
  const left = slotIds.filter((_, index) => forgot[index]?.error !== undefined);
  const kept = left.map((slotId) =>
    engine.transaction(({ engine: inside }) => inside.book({ actor, slotId, subjectId: "s" })),
  );
  await Promise.all(kept);
}

function engineOn(storage: StorageAdapter<never>, onWarning?: (warning: Warning) => void): Engine<never> {
  return createEngine({ storage, retry: { budgetMs }, ...(onWarning && { onWarning }) });
}

async function publish(engine: Engine<never>, count: number): Promise<readonly string[]> {
  const nine = Date.UTC(2026, 2, 2, 9);
  const at = (index: number) => new Date(nine + index * 1_800_000);
  const slots = Array.from({ length: count }, (_, index) => ({ start: at(index), end: at(index + 1) }));
  const created = await engine.createSlots({ actor, providerId: "dr-grey", facilityId: "north", slots });
  return created.slots.map(({ id }) => id);
}

async function timed(call: () => Promise<unknown>): Promise<{ readonly error: unknown; readonly ms: number }> {
  const started = performance.now();
  const error = await call().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { error, ms: performance.now() - started };
}
