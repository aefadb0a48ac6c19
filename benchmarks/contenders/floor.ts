import { intercepted } from "@slotwright/conformance";
import { createEngine, type StorageAdapter } from "@slotwright/core";
import { scheduleIdOf } from "@slotwright/core/adapter";
import { v7 as uuidv7 } from "uuid";
import {
  type Application,
  type FreeSlot,
  type FreeSlotSearch,
  facilityId,
  providerName,
  type TimeSpan,
  type WorkloadName,
} from "./contender.ts";
import { actor, publisher, slotwright } from "./slotwright.ts";
import { type Fill, templateOf } from "./template.ts";

/** What was given to the driver: a statement with its parameters, in the driver's own form. */
export type DriverCall = unknown;

/** The driver alone, on tables of Slotwright's. */
export interface FloorDriver {
  readonly storage: StorageAdapter<never>;
  /** The calls of the driver that the work makes with a storage of the same tables, which is used by nobody else. */
  readonly record: (work: (storage: StorageAdapter<never>) => Promise<void>) => Promise<readonly DriverCall[]>;
  /** Sends these one after the other. */
  readonly send: (calls: readonly DriverCall[]) => Promise<readonly unknown[]>;
  /** How many of the calls of a booking come before those of its commit. */
  readonly readsOf: (calls: readonly DriverCall[]) => number;
  /** Sends the writes of a booking, and its reads if they find the slot to be another one by now. */
  readonly book: (reads: readonly DriverCall[], writes: readonly DriverCall[]) => Promise<BookingOutcome>;
  /** The rows of the last answer. */
  readonly count: (answers: readonly unknown[]) => number;
}

/** What `work` has its storage call, whose driver notes all that it is given in `calls`. */
export async function callsDuring(
  work: Parameters<FloorDriver["record"]>[0],
  storage: StorageAdapter<never>,
  calls: DriverCall[],
): Promise<readonly DriverCall[]> {
  // Its first call looks at the schema, too.
  await storage.load([{ kind: "slot", id: "none" }]);
  calls.length = 0;
  await work(storage);
  return [...calls];
}

/** `stale`: the slot was not as it was when the booking was written, and yet it is free. */
export type BookingOutcome = "booked" | "taken" | "stale";

/** Publishing in one call is a thousand rows in one parameter: there is nothing to write by hand about that. */
export const floorWorkloads: readonly WorkloadName[] = ["own-slots", "hot-slot", "search", "history"];

/**
 * The floor: the very statements that the engine sends for one command, sent again by the driver alone with other ids
 * and times in them, each caller's by itself. Nothing is parsed, decided, decoded or coalesced.
 */
export async function floor(driver: FloorDriver): Promise<Application> {
  const publish = publisher(createEngine({ storage: driver.storage }));
  return {
    publish,
    book: await bookingOf(driver, publish),
    search: await searchOf(driver),
    history: await historyOf(driver, publish),
  };
}

type Publish = Application["publish"];

/** As long as the names of the others: in a binary format, nothing may change its size. */
const modelProvider = providerName(0).replace("provider", "modelled");

const modelStart = Date.UTC(2026, 0, 1);

async function modelSlot(publish: Publish, providerId: string): Promise<FreeSlot> {
  const times = [{ start: new Date(modelStart), end: new Date(modelStart + 900_000) }];
  const [slot] = await publish({ providerId, times });
  if (slot === undefined) throw new Error("No slot was published.");
  return slot;
}

async function bookingOf(driver: FloorDriver, publish: Publish): Promise<Application["book"]> {
  const model = await modelSlot(publish, modelProvider);
  let ids: readonly string[] = [];
  const calls = await driver.record(async (storage) => {
    const commandId = uuidv7();
    const engine = createEngine({ storage: agreed(storage), newId: idsFrom(commandId, (made) => (ids = made)) });
    await engine.book({ actor, slotId: model.id, subjectId: "p-1" });
  });
  const texts = [...ids, ...textsOfSlot(model)];
  const fills = calls.map((call) => templateOf(call, texts));
  const reads = driver.readsOf(calls);
  return async (slot) => {
    const values = [...ids.map(() => uuidv7()), ...textsOfSlot(slot)];
    const [read, write] = [filled(fills.slice(0, reads), values), filled(fills.slice(reads), values)];
    for (;;) {
      const outcome = await driver.book(read, write);
      if (outcome !== "stale") return outcome === "booked";
    }
  };
}

/** An engine asks for the settings before its first command, and then no more: that is no part of a booking. */
function agreed(storage: StorageAdapter<never>): StorageAdapter<never> {
  return intercepted(storage, () => ({
    readSettings: async () => ({ overlapScope: "facility", idempotencyScope: "actor" }) as const,
  }));
}

/** Ids, the first of which is known; tells of all that were made. */
function idsFrom(first: string, tell: (made: readonly string[]) => void): () => string {
  const made: string[] = [];
  return () => {
    const id = made.length === 0 ? first : uuidv7();
    made.push(id);
    tell(made);
    return id;
  };
}

async function searchOf(driver: FloorDriver): Promise<Application["search"]> {
  const providerIds = Array.from({ length: 50 }, (_, number) => `model-search-${number}`);
  const model = { providerIds, from: new Date(modelStart), to: new Date(modelStart + 7 * 24 * 60 * 60_000) };
  const calls = await driver.record(async (storage) => void (await slotwright(storage).search(model)));
  const texts = textsOfSearch(model);
  const fills = calls.map((call) => templateOf(call, texts));
  return async (search) => driver.count(await driver.send(filled(fills, textsOfSearch(search))));
}

async function historyOf(driver: FloorDriver, publish: Publish): Promise<Application["history"]> {
  const model = await modelSlot(publish, "model-history");
  const calls = await driver.record(async (storage) => void (await slotwright(storage).history(model.id)));
  const fills = calls.map((call) => templateOf(call, [model.id]));
  return async (slotId) => driver.count(await driver.send(filled(fills, [slotId])));
}

function filled(fills: readonly Fill[], values: readonly string[]): readonly DriverCall[] {
  return fills.map((fill) => fill(values));
}

const scheduleIds = new Map<string, string>();

function textsOfSlot(slot: FreeSlot): readonly string[] {
  const { id, providerId } = slot;
  const scheduleId = scheduleIds.get(providerId) ?? scheduleIdOf(providerId, facilityId);
  scheduleIds.set(providerId, scheduleId);
  return [id, scheduleId, providerId, ...textsOfTimes(slot)];
}

function textsOfSearch({ providerIds, from, to }: FreeSlotSearch): readonly string[] {
  return [...textsOfTimes({ start: from, end: to }), ...providerIds];
}

/** As numbers and as texts: statements have both. */
function textsOfTimes({ start, end }: TimeSpan): readonly string[] {
  return [start, end].flatMap((time) => [String(time.getTime()), time.toISOString()]);
}
