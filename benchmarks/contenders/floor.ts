import { intercepted } from "@slotwright/conformance";
import { createEngine, type StorageAdapter } from "@slotwright/core";
import { scheduleIdOf } from "@slotwright/core/adapter";
import { v7 as uuidv7 } from "uuid";
import {
  type Application,
  type FreeSlot,
  type FreeSlotSearch,
  facilityId,
  type OfferSearch,
  providerName,
  type TimeSpan,
  type WorkloadName,
} from "./contender.ts";
import { actor, publisher, slotwright } from "./slotwright.ts";
import { type Fill, templateOf } from "./template.ts";

/** What the driver received: a statement with its parameters, in the driver's own form. */
export type DriverCall = unknown;

/** The driver alone, on Slotwright's tables. */
export interface FloorDriver {
  readonly storage: StorageAdapter<never>;
  /** The driver's calls that the work makes with a storage on the same tables, which nobody else uses. */
  readonly record: (work: (storage: StorageAdapter<never>) => Promise<void>) => Promise<readonly DriverCall[]>;
  /** Sends these one after another. */
  readonly send: (calls: readonly DriverCall[]) => Promise<readonly unknown[]>;
  /** How many of the calls of a booking precede those of its commit. */
  readonly readsOf: (calls: readonly DriverCall[]) => number;
  /** Sends the writes of a booking, and its reads if they find that the slot has changed. */
  readonly book: (reads: readonly DriverCall[], writes: readonly DriverCall[]) => Promise<BookingOutcome>;
  /** The rows of the last answer. */
  readonly count: (answers: readonly unknown[]) => number;
}

/** What `work` makes its storage call. The storage's driver records everything it receives in `calls`. */
export async function callsDuring(
  work: Parameters<FloorDriver["record"]>[0],
  storage: StorageAdapter<never>,
  calls: DriverCall[],
): Promise<readonly DriverCall[]> {
  // Its first call also checks the schema.
  await storage.load([{ kind: "slot", id: "none" }]);
  calls.length = 0;
  await work(storage);
  return [...calls];
}

/** `stale`: the slot had changed when the booking was written, and yet it is free. */
export type BookingOutcome = "booked" | "taken" | "stale";

/** Publishing in one call is a thousand rows in one parameter, so there is nothing to write by hand. */
export const floorWorkloads: readonly WorkloadName[] = [
  "own-slots",
  "hot-slot",
  "taken",
  "search",
  "search-week",
  "search-open",
  "history",
];

/**
 * The floor: the same statements that the engine sends for one command, sent by the driver alone with different ids and
 * times, separately for each caller. Nothing is parsed, decided, decoded or coalesced.
 */
export async function floor(driver: FloorDriver): Promise<Application> {
  const publish = publisher(createEngine({ storage: driver.storage }));
  return {
    publish,
    book: await bookingOf(driver, publish),
    search: await searchOf(driver),
    findOpen: await findOpenOf(driver),
    history: await historyOf(driver, publish),
  };
}

type Publish = Application["publish"];

/** As long as the names of the others, because nothing may change its size in a binary format. */
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

/** An engine reads the settings before its first command, and then never again. This is not part of a booking. */
function agreed(storage: StorageAdapter<never>): StorageAdapter<never> {
  return intercepted(storage, () => ({
    readSettings: async () => ({ overlapScope: "facility", idempotencyScope: "actor" }) as const,
  }));
}

/** Generates ids, the first of which is known, and reports all that were generated. */
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

/** The statement depends on whether there is an end. */
async function findOpenOf(driver: FloorDriver): Promise<Application["findOpen"]> {
  const providerIds = Array.from({ length: 50 }, (_, number) => `model-search-${number}`);
  const sent = async (to: Date | undefined) => {
    const model = { providerIds, from: new Date(modelStart), to };
    const calls = await driver.record(async (storage) => void (await slotwright(storage).findOpen(model)));
    const fills = calls.map((call) => templateOf(call, textsOfOffers(model)));
    return async (search: OfferSearch) => driver.count(await driver.send(filled(fills, textsOfOffers(search))));
  };
  const [until, from] = [await sent(new Date(modelStart + 7 * 24 * 60 * 60_000)), await sent(undefined)];
  return (search) => (search.to === undefined ? from(search) : until(search));
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

function textsOfOffers({ from, to, ...search }: OfferSearch): readonly string[] {
  return textsOfSearch({ ...search, from, to: to ?? from });
}

/** Both as numbers and as texts, because statements contain both. */
function textsOfTimes({ start, end }: TimeSpan): readonly string[] {
  return [start, end].flatMap((time) => [String(time.getTime()), time.toISOString()]);
}
