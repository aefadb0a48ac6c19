import { conformanceCases, runConformanceCase } from "@slotwright/conformance";
import { memoryGaps, openMemoryStore } from "@slotwright/conformance/fixtures";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { StorageError } from "../src/adapter/index.ts";
import { createEngine, type Engine, type EngineOptions, type InTransaction, isBookingError } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import { callCodes } from "../src/schemas/index.ts";
import { failingStorage } from "./failing-storage.ts";

type Call = keyof typeof callCodes;

/** Every code with which a call of an engine has rejected. */
const seen = vi.hoisted(() => new Map<string, Set<string>>());

vi.mock(import("../src/engine/engine.ts"), async (original) => {
  const actual = await original();
  return { ...actual, createEngine: (options) => watched(actual.createEngine(options)) };
});

/** Errors that are noted already, or that the callback of a transaction throws. */
const passedOn = new WeakSet<object>();

function watched<HostTransaction, Opened>(engine: Engine<HostTransaction, Opened>): Engine<HostTransaction, Opened> {
  const calls = Object.entries(engine).map(([name, call]) => {
    const run = call as (...input: unknown[]) => Promise<unknown>;
    return [name, (...input: unknown[]) => noted(name, () => run(...input))];
  });
  return {
    ...(Object.fromEntries(calls) as Engine<HostTransaction, Opened>),
    subscribe: (input) => {
      const changes = notedAtOnce("subscribe", () => engine.subscribe(input));
      return { [Symbol.asyncIterator]: () => notedParts(changes[Symbol.asyncIterator]()) };
    },
    as: (actor) => watched(engine.as(actor) as never) as never,
    within: (transaction) => watched(engine.within(transaction)),
    transaction: (callback) => noted("transaction", () => engine.transaction(watchedIn(callback))),
  };
}

type Work<HostTransaction, Opened, Result> = (opened: InTransaction<HostTransaction, Opened>) => Promise<Result>;

function watchedIn<HostTransaction, Opened, Result>(work: Work<HostTransaction, Opened, Result>): typeof work {
  // What is not a function is for the engine to refuse.
  if (typeof work !== "function") return work;
  return async (opened) => {
    try {
      return await work({ ...opened, engine: watched(opened.engine) });
    } catch (error) {
      if (isBookingError(error)) passedOn.add(error);
      throw error;
    }
  };
}

async function noted<Result>(name: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    throw note(name, error);
  }
}

function notedAtOnce<Result>(name: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw note(name, error);
  }
}

function notedParts<Part>(parts: AsyncIterator<Part>): AsyncIterator<Part> {
  return {
    next: () => noted("subscribe", () => parts.next()),
    return: async () => parts.return?.() ?? { done: true, value: undefined },
  };
}

function note(name: string, error: unknown): unknown {
  if (isBookingError(error) && !passedOn.has(error)) {
    passedOn.add(error);
    seen.set(name, (seen.get(name) ?? new Set()).add(error.code));
  }
  return error;
}

const actor = { kind: "test", id: "t" };
const place = { providerId: "p", facilityId: "f" };
const times = { start: "2027-03-22T09:00:00Z", end: "2027-03-22T09:30:00Z" };
const [slot, appointment] = [
  { actor, slotId: "s" },
  { actor, appointmentId: "a" },
];

/** Each call with an input that is valid. */
const calls: { readonly [Name in Call]: (engine: Engine) => Promise<unknown> } = {
  setAvailability: (engine) =>
    engine.setAvailability({ actor, ...place, hours: { offer: { minutes: 30 }, weekly: [] } }),
  publishSlots: (engine) => engine.publishSlots({ actor, ...place, until: new Date() }),
  importBusy: (engine) =>
    engine.importBusy({ actor, ...place, source: "s", from: times.start, until: times.end, intervals: [times] }),
  createSlots: (engine) => engine.createSlots({ actor, ...place, slots: [times] }),
  createManySlots: (engine) => engine.createManySlots({ actor, ...place, slots: [times] }),
  block: (engine) => engine.block(slot),
  unblock: (engine) => engine.unblock(slot),
  hold: (engine) => engine.hold(slot),
  extend: (engine) => engine.extend({ ...slot, holdToken: "h" }),
  release: (engine) => engine.release({ ...slot, holdToken: "h" }),
  breakHold: (engine) => engine.breakHold({ ...slot, reason: "r" }),
  book: (engine) => engine.book({ ...slot, subjectId: "u" }),
  request: (engine) => engine.request({ ...slot, subjectId: "u" }),
  accept: (engine) => engine.accept(appointment),
  decline: (engine) => engine.decline({ ...appointment, reason: "r" }),
  offer: (engine) => engine.offer({ ...appointment, slotId: "s" }),
  acceptOffer: (engine) => engine.acceptOffer(appointment),
  declineOffer: (engine) => engine.declineOffer(appointment),
  reschedule: (engine) => engine.reschedule({ ...appointment, slotId: "s" }),
  checkIn: (engine) => engine.checkIn(appointment),
  complete: (engine) => engine.complete(appointment),
  markNoShow: (engine) => engine.markNoShow(appointment),
  cancel: (engine) => engine.cancel(appointment),
  preview: (engine) => engine.preview("book", { ...slot, subjectId: "u" }),
  explain: (engine) => engine.explain({ slotId: "s" }),
  getAvailability: (engine) => engine.getAvailability(place),
  getSchedule: (engine) => engine.getSchedule(place),
  getSlot: (engine) => engine.getSlot("s"),
  getAppointment: (engine) => engine.getAppointment("a"),
  listSlots: (engine) => engine.listSlots({}),
  findOpen: (engine) => engine.findOpen({ providerIds: ["p"] }),
  findTimes: (engine) => engine.findTimes({ providerIds: ["p-1"], facilityId: "f-1", minutes: 30 }),
  nextTimes: (engine) => engine.nextTimes({ providerIds: ["p-1"], facilityId: "f-1", minutes: 30 }),
  countTimes: (engine) => engine.countTimes({ providerIds: ["p-1"], facilityId: "f-1", minutes: 30 }),
  listAppointments: (engine) => engine.listAppointments({}),
  history: (engine) => engine.history({ slotId: "s" }),
  changes: (engine) => engine.changes({}),
  subscribe: (engine) =>
    engine
      .subscribe({ signal: AbortSignal.timeout(20) })
      [Symbol.asyncIterator]()
      .next(),
  follow: async (engine) => (await engine.follow({ forDays: 1 })).close(),
  checkSync: (engine) => engine.checkSync("s"),
  reconcile: (engine) => engine.reconcile({ actor }),
  transaction: (engine) => engine.transaction(async () => {}),
};

const failures = [
  "transient",
  "unknown",
  "unavailable",
  "read_only",
  "refused",
  "misused",
  "schema_outdated",
  "schema_too_new",
] as const satisfies readonly StorageError["failure"][];

async function callAll(options: EngineOptions<never>): Promise<void> {
  const engine = createEngine({ retry: { budgetMs: 0 }, ...options }) as Engine;
  for (const call of Object.values(calls)) await call(engine).catch(() => {});
}

/** Every call on storages that fail, each in its own way. */
async function meetFailures(): Promise<void> {
  for (const failure of failures) {
    const before = new StorageError(failure, "The test says so.");
    const storage = failingStorage(memoryAdapter(), () => ({ before }));
    await callAll({ storage: { ...storage, begin: () => Promise.reject(before) } });
  }
}

/** Every call by an actor who may do nothing, and on a database that was set up by an engine of another scope. */
async function meetRefusals(): Promise<void> {
  await callAll({ storage: memoryAdapter(), authorize: () => "The test says so." });
  const storage = memoryAdapter();
  await calls.createSlots(createEngine({ storage, overlapScope: "provider" }));
  await callAll({ storage });
}

describe("the codes of a call", () => {
  beforeAll(async () => {
    const harness = { name: "memory", open: openMemoryStore as never, knownGaps: memoryGaps, propertyRuns: 5 };
    // A relay is no call of an engine, and takes only one that createEngine returned.
    const ofEngines = conformanceCases.filter(({ key }) => !key.startsWith("relay."));
    for (const one of ofEngines) await runConformanceCase(one, harness);
    await meetFailures();
    await meetRefusals();
    // The whole suite, on a machine that may do much else.
  }, 180_000);

  it.each(Object.keys(callCodes) as readonly Call[])("are all listed: %s", (call) => {
    expect(seen.get(call)?.size).toBeGreaterThan(0);
    const unlisted = [...(seen.get(call) ?? [])].filter(
      (code) => !(callCodes[call] as readonly string[]).includes(code),
    );
    expect(unlisted).toEqual([]);
  });
});
