import {
  createEngine,
  type Engine,
  type Hours,
  type LiveSlots,
  openingsOf,
  type StorageAdapter,
  weekdays,
} from "@slotwright/core";
import { memoryAdapter } from "@slotwright/core/memory";
import { loadEngine } from "@slotwright/lab/engines";
import { facilityId, pageSize } from "../contenders/contender.ts";
import { type SearchFigure, timed, timedCalls } from "./search-figure.ts";

/** Where openings are found, and how long that takes. */
export interface OpeningsFigures {
  /** How many times were booked. */
  readonly booked: number;
  readonly searches: readonly SearchFigure[];
}

const actor = { kind: "benchmark", id: "bench" };
const dayMs = 24 * 60 * 60_000;
const from = Date.UTC(2027, 2, 1);
const days = (count: number) => ({ from: new Date(from), to: new Date(from + count * dayMs) });
const timeZone = "Europe/Berlin";

/** Eight hours on five days of the week, in half hours. */
const hours: Hours = {
  openings: "computed",
  offer: { minutes: 30 },
  weekly: [
    { days: weekdays.slice(0, 5), from: "08:00", to: "12:00" },
    { days: weekdays.slice(0, 5), from: "13:00", to: "17:00" },
  ],
};

const clock = { now: () => new Date(from), sleep: async () => {} };

/** What hours offer in a thousand days, without a storage. */
export function computeOpenings(calls: number): readonly SearchFigure[] {
  const compute = (from: string, to: string, wanted: number) => () => {
    const offered: Hours = { offer: { minutes: 30 }, weekly: [{ days: weekdays, from, to }] };
    let count = 0;
    for (const _ of openingsOf({ hours: offered, timeZone, ...days(1000) })) count += 1;
    if (count !== wanted) throw new Error(`${count} openings were computed.`);
  };
  return [
    timed("1000 days of openings, eight hours in half hours", calls, compute("09:00", "17:00", 16_000)),
    timed("the same, day and night", calls, compute("00:00", "24:00", 48_000)),
  ];
}

/** Searches among the openings of 50 providers in 30 days, of which three in ten are booked, from memory. */
export async function searchOpenings(calls: number, providers = 50): Promise<OpeningsFigures> {
  const engine = createEngine({ storage: memoryAdapter(), clock });
  const { search, booked } = await furnish(engine, providers);
  const live = await engine.follow({ ...days(30), ...search, openings: true });
  try {
    return { booked, searches: searchesOf(live, search, calls) };
  } finally {
    live.close();
  }
}

/** The same on PostgreSQL, by the search of the database. */
export async function searchOpeningsOnPostgres(calls: number, providers = 50): Promise<OpeningsFigures> {
  const server = await loadEngine("postgres");
  const database = await server.createDatabase(new AbortController().signal);
  const storage: StorageAdapter<never> = server.openStorage(database.address);
  try {
    await storage.migrate();
    const engine = createEngine({ storage, clock });
    const { search, booked } = await furnish(engine, providers);
    const month = { ...search, ...days(30), minutes: 30 };
    const page = { ...month, limit: pageSize };
    const searches = [
      await timedCalls("the first 100 openings, on PostgreSQL", calls, () => engine.findTimes(page)),
      await timedCalls("the last 100", calls, () => engine.findTimes({ ...page, order: "latest" })),
      await timedCalls("by day, all of them", calls / 4, () => engine.countTimes(month)),
    ];
    return { booked, searches };
  } finally {
    await storage.close();
    await database.end({ keep: false });
  }
}

interface OpeningsSearch {
  readonly providerIds: readonly string[];
  readonly facilityId: string;
}

async function furnish(engine: Engine, providers: number) {
  const providerIds = Array.from({ length: providers }, (_, index) => `provider-${index}`);
  const search: OpeningsSearch = { providerIds, facilityId };
  for (const providerId of providerIds) {
    await engine.setAvailability({ actor, providerId, facilityId, timeZone, hours });
  }
  let booked = 0;
  for (const [number, providerId] of providerIds.entries()) {
    const place = { providerIds: [providerId], facilityId };
    const { items } = await engine.findTimes({ ...place, ...days(30), minutes: 30, limit: 500 });
    // Not the same ones for all providers.
    const wanted = items.filter((_, index) => (Math.imul(index * 61 + number, 0x9e3779b1) >>> 16) % 10 < 3);
    for (const { start, end } of wanted) {
      await engine.book({ actor, providerId, facilityId, start, end, subjectId: `p-${booked}` });
      booked += 1;
    }
  }
  return { search, booked };
}

function searchesOf(live: LiveSlots, search: OpeningsSearch, calls: number): readonly SearchFigure[] {
  const wanted = { ...search, minutes: 30, limit: pageSize };
  const month = { ...search, minutes: 30 };
  const find = (more: object) => () => {
    const { items } = live.findTimes({ ...wanted, ...more });
    if (items.length !== pageSize) throw new Error(`${items.length} openings were found.`);
  };
  return [
    timed("the first 100 openings of 50 providers in 30 days", calls, find({})),
    timed("the last 100", calls, find({ order: "latest" })),
    timed("the next one", calls, () => live.nextTimes(month)),
    timed("by day, all of them", calls / 4, () => live.countTimes(month)),
  ];
}
