import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createEngine, type LiveSlots, type Slot, type StorageAdapter } from "@slotwright/core";
import { memoryAdapter } from "@slotwright/core/memory";
import { facilityId, pageSize } from "../contenders/contender.ts";
import { type SubjectFigures, searchForSubject } from "./for-subject.ts";
import { type SearchFigure, timed } from "./search-figure.ts";

export interface LiveFigures {
  readonly slots: number;
  readonly followMs: number;
  /** What the live slots add to the memory of the process. */
  readonly bytes: number;
  readonly searches: readonly SearchFigure[];
  readonly callersPerSecond: number;
  readonly forSubject: SubjectFigures;
}

const providers = 1_000;
const providersPerSearch = 50;
const slotsPerDay = 20;
const slotMs = 30 * 60_000;
const dayMs = 24 * 60 * 60_000;
const weekMs = 7 * dayMs;
const firstStart = Date.UTC(2027, 0, 4, 8);

/** @param calls How often each search is made; those that read more are made less often. */
export async function followMany(slots: number, calls = 20_000): Promise<LiveFigures> {
  // Few slots fill less than a week, and a week is searched.
  const days = Math.max(Math.ceil(slots / providers / slotsPerDay), 7);
  const engine = createEngine({ storage: storageOf(slots) });
  const window = { from: new Date(firstStart), to: new Date(firstStart + (days + 1) * dayMs) };
  const before = usedMemory();
  const begun = performance.now();
  const live = await engine.follow({ ...window, maxSlots: slots });
  const followMs = performance.now() - begun;
  const bytes = usedMemory() - before;
  const searches = searchesIn(Math.floor(days / 7));
  const plain = await measured(live, searches, calls).finally(() => live.close());
  const forSubject = await searchForSubject(storageOf(slots), { ...window, maxSlots: slots }, searches, calls);
  return { slots, followMs, bytes, ...plain, forSubject };
}

/**
 * A storage that makes the slots when they are read, so that the memory of the process is that of the live slots: half
 * of them are booked.
 */
function storageOf(slots: number): StorageAdapter {
  return {
    ...memoryAdapter(),
    findSlots: async ({ after, limit, endAfter }) => {
      // Nothing reaches in from before the window.
      if (endAfter !== undefined) return [];
      const from = after === undefined ? 0 : Number(after.id.slice(-12)) + 1;
      return Array.from({ length: Math.min(limit, slots - from) }, (_, index) => slotAt(from + index));
    },
  };
}

const providerName = (number: number): string => `provider-${String(number % providers).padStart(4, "0")}`;

function slotAt(index: number): Slot {
  const number = Math.floor(index / providers);
  const start = firstStart + Math.floor(number / slotsPerDay) * dayMs + (number % slotsPerDay) * slotMs;
  // Every other one, and not the same for all providers.
  const isBooked = (Math.imul(index, 0x9e3779b1) >>> 16) % 2 === 0;
  const createdAt = new Date(firstStart);
  return {
    kind: "slot",
    // Flat, as a driver returns it: a text that is made of parts takes more memory.
    id: Buffer.from(`0198a1b2-0000-7000-8000-${String(index).padStart(12, "0")}`).toString("latin1"),
    scheduleId: `schedule-${index % providers}`,
    providerId: providerName(index),
    facilityId,
    seat: 0,
    start: new Date(start),
    end: new Date(start + slotMs),
    status: isBooked ? "booked" : "available",
    appointmentId: isBooked ? `appointment-${index}` : null,
    hold: null,
    metadata: {},
    version: 1,
    createdAt,
    updatedAt: createdAt,
  };
}

const inputs = 2_000;

/** Each of other providers, and in another week. */
function searchesIn(weeks: number) {
  return Array.from({ length: inputs }, (_, index) => {
    const from = firstStart + (index % Math.max(weeks, 1)) * weekMs;
    const providerIds = Array.from({ length: providersPerSearch }, (_, number) =>
      providerName(index * 7 + number * 13),
    );
    return { providerIds, from: new Date(from), to: new Date(from + weekMs) };
  });
}

async function measured(
  live: LiveSlots,
  searchesOf: ReturnType<typeof searchesIn>,
  calls: number,
): Promise<Pick<LiveFigures, "searches" | "callersPerSecond">> {
  const inputAt = (index: number) => searchesOf[index % inputs] ?? {};
  const findOpen = (index: number) => {
    const { items } = live.findOpen({ ...inputAt(index), limit: pageSize });
    if (items.length !== pageSize) throw new Error(`${items.length} slots were found.`);
  };
  const searches = [
    timed("the first 100 of 50 providers in a week", calls, findOpen, inputs),
    timed(
      "the next one of 50 providers",
      calls,
      (index) => {
        const { providerIds, from } = inputAt(index) as (typeof searchesOf)[number];
        live.next({ providerIds, from });
      },
      inputs,
    ),
    timed("by day, 50 providers in a week", calls / 2, (index) => live.countByDay(inputAt(index)), inputs),
    timed("by day, all providers and days", calls / 40, () => live.countByDay()),
  ];
  return { searches, callersPerSecond: await rateOfCallers(64, calls / 40, findOpen) };
}

/** As callers of a web server: each asks again once it has its answer, in a turn of its own. */
async function rateOfCallers(callers: number, each: number, work: (index: number) => unknown): Promise<number> {
  const begun = performance.now();
  const calling = Array.from({ length: callers }, async (_, caller) => {
    for (let call = 0; call < each; call++) {
      work(caller * each + call);
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  await Promise.all(calling);
  return (callers * each) / ((performance.now() - begun) / 1000);
}

/** When all garbage has been collected. */
function usedMemory(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let time = 0; time < 3; time++) collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
