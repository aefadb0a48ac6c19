import { type NextAct, runCallers, takingFrom } from "./callers.ts";
import {
  type Application,
  type FollowingWorkload,
  type FreeSlot,
  type Load,
  providerName,
  type TimeSpan,
  type Turn,
  type WorkloadName,
} from "./contender.ts";
import { type Following, followingWorkloads } from "./following.ts";
import type { Pace } from "./news.ts";
import { once } from "./once.ts";

/** How much data there is before the first turn, and how much one call publishes. */
export interface Scale {
  readonly providers: number;
  /** Weeks for which each provider has published slots. */
  readonly weeks: number;
  readonly slotsPerWeek: number;
  readonly slotsPerShift: number;
  readonly slotsWithHistory: number;
  /** The bookings of which news is waited for in each turn. */
  readonly news: Pace;
}

export const fullScale: Scale = {
  providers: 100,
  weeks: 5,
  slotsPerWeek: 40,
  slotsPerShift: 1000,
  slotsWithHistory: 1000,
  news: { bookings: 500, overMs: 1000, together: 8 },
};

export const quickScale: Scale = {
  providers: 60,
  weeks: 2,
  slotsPerWeek: 8,
  slotsPerShift: 50,
  slotsWithHistory: 40,
  news: { bookings: 50, overMs: 100, together: 8 },
};

/** This many callers want one slot, if there are that many. */
export const callersPerHotSlot = 64;

const providersPerSearch = 50;
const slotMs = 15 * 60_000;
const weekMs = 7 * 24 * 60 * 60_000;
const firstStart = Date.UTC(2027, 0, 4);

export interface Workloads {
  readonly turn: (load: Load) => Promise<Turn>;
  readonly close: () => Promise<void>;
}

type Work = (load: Load) => Promise<Turn>;

/** Runs the workloads on an application. Their data are created when they are first needed. */
export function workloadsOn(application: Application, scale: Scale, following?: Following | undefined): Workloads {
  const calendar = createCalendar();
  const searched = once(() => layOutWeeks(application, scale));
  const withHistory = once(() => layOutHistory(application, calendar, scale));

  const searching =
    (search: Application["search"]) =>
    async ({ callers, operations }: Load) => {
      await searched();
      const searches = Array.from({ length: operations }, (_, index) => searchAt(index, scale));
      return runCallers(
        callers,
        takingFrom(searches, async (one) => found(await search(one))),
      );
    };

  const workloads: Readonly<Record<Exclude<WorkloadName, FollowingWorkload>, Work>> = {
    "own-slots": async ({ callers, operations }) => {
      const slots = [...(await publishFree(application, calendar, operations))];
      return runCallers(
        callers,
        takingFrom(slots, (slot) => application.book(slot)),
      );
    },
    "spread-slots": async ({ callers, operations }) => {
      const slots = [...(await publishSpread(application, calendar, operations))];
      return runCallers(
        callers,
        takingFrom(slots, (slot) => application.book(slot)),
      );
    },
    "hot-slot": async ({ callers, operations }) => {
      const groups = await hotSlots(application, calendar, { callers, operations });
      return runCallers(callers, insistingOn(groups, application));
    },
    taken: async ({ callers, operations }) => {
      const slots = await withHistory();
      const wanted = Array.from({ length: operations }, (_, index) => slots[index % slots.length] as FreeSlot);
      return runCallers(
        callers,
        takingFrom(wanted, async (slot) => refused(await application.book(slot))),
      );
    },
    search: searching((search) => application.search(search)),
    "search-week": searching((search) => application.findOpen(search)),
    "search-open": searching((search) => application.findOpen({ ...search, to: undefined })),
    "live-search": searching((search) => (application.searchLive ?? application.findOpen)(search)),
    history: async ({ callers, operations }) => {
      const slots = await withHistory();
      const ids = Array.from({ length: operations }, (_, index) => slots[index % slots.length]?.id ?? "");
      return runCallers(
        callers,
        takingFrom(ids, async (id) => found(await application.history(id))),
      );
    },
    publish: async ({ callers, operations }) => {
      const published = await runCallers(callers, publishing(application, calendar, scale, operations));
      return { ...published, done: published.done * scale.slotsPerShift };
    },
  };
  const followed =
    following &&
    followingWorkloads({
      ...{ application, ...following, entries: scale.slotsPerShift, pace: scale.news },
      publish: (count) => publishFree(application, calendar, count),
    });
  const all: Readonly<Partial<Record<WorkloadName, Work>>> = { ...workloads, ...followed?.workloads };
  return {
    async turn(load) {
      const work = all[load.workload];
      if (work === undefined) throw new Error(`Nobody follows what happens, as ${load.workload} needs it.`);
      return work(load);
    },
    close: async () => followed?.close(),
  };
}

/** The next free times of a provider, back to back. */
type Calendar = (providerId: string, count: number) => readonly TimeSpan[];

function createCalendar(): Calendar {
  const ends = new Map<string, number>();
  return (providerId, count) => {
    const start = ends.get(providerId) ?? firstStart;
    ends.set(providerId, start + count * slotMs);
    return spansFrom(start, count);
  };
}

function spansFrom(start: number, count: number): readonly TimeSpan[] {
  return Array.from({ length: count }, (_, index) => ({
    start: new Date(start + index * slotMs),
    end: new Date(start + (index + 1) * slotMs),
  }));
}

const slotsPerCall = 500;

const spreadProviders = 200;

/** One slot of each provider after the other, and then the next one of each. */
async function publishSpread(
  application: Application,
  calendar: Calendar,
  count: number,
): Promise<readonly FreeSlot[]> {
  const each = Math.ceil(count / spreadProviders);
  const providers = Array.from({ length: Math.ceil(count / each) }, async (_, number) => {
    const providerId = providerName(1_000 + number);
    return application.publish({ providerId, times: calendar(providerId, each) });
  });
  const published = await Promise.all(providers);
  const inTurn = Array.from({ length: each }, (_, index) => published.flatMap((slots) => slots[index] ?? []));
  return inTurn.flat().slice(0, count);
}

async function publishFree(application: Application, calendar: Calendar, count: number): Promise<readonly FreeSlot[]> {
  const slots: FreeSlot[] = [];
  for (let provider = 0; slots.length < count; provider += 1) {
    const providerId = providerName(provider % providersPerSearch);
    const times = calendar(providerId, Math.min(slotsPerCall, count - slots.length));
    slots.push(...(await application.publish({ providerId, times })));
  }
  return slots;
}

/** The same slots in the same order for all callers of a group, and different ones for each group. */
async function hotSlots(
  application: Application,
  calendar: Calendar,
  { callers, operations }: Pick<Load, "callers" | "operations">,
): Promise<readonly (readonly FreeSlot[])[]> {
  const perGroup = Math.max(1, Math.ceil(operations / callers));
  const groups: (readonly FreeSlot[])[] = [];
  for (let first = 0; first < callers; first += callersPerHotSlot) {
    groups.push(await publishFree(application, calendar, perGroup));
  }
  return groups;
}

/** A read that finds nothing is fast, and measures nothing. */
function found(count: number): false {
  if (count === 0) throw new Error("Nothing was found.");
  return false;
}

/** A slot that is taken is given to nobody else. */
function refused(isBooked: boolean): false {
  if (isBooked) throw new Error("A slot was booked twice.");
  return false;
}

/** Each caller publishes for a provider of its own, as long as there is something left to publish. */
function publishing(application: Application, calendar: Calendar, scale: Scale, operations: number): NextAct {
  let begun = 0;
  return (caller) => {
    begun += 1;
    if (begun > operations) return undefined;
    const providerId = `publisher-${caller}`;
    const times = calendar(providerId, scale.slotsPerShift);
    return async () => found((await application.publish({ providerId, times })).length);
  };
}

function insistingOn(groups: readonly (readonly FreeSlot[])[], application: Application): NextAct {
  const asked = new Map<number, number>();
  return (caller) => {
    const turn = asked.get(caller) ?? 0;
    asked.set(caller, turn + 1);
    const slot = groups[Math.floor(caller / callersPerHotSlot)]?.[turn];
    return slot === undefined ? undefined : () => application.book(slot);
  };
}

/** Not the providers whose slots are booked, so that each search finds the same. */
const searchedProvider = (number: number): string => `searched-${number}`;

async function layOutWeeks(application: Application, { providers, weeks, slotsPerWeek }: Scale): Promise<void> {
  for (let provider = 0; provider < providers; provider += 1) {
    const times = Array.from({ length: weeks }, (_, week) => spansFrom(firstStart + week * weekMs, slotsPerWeek));
    await application.publish({ providerId: searchedProvider(provider), times: times.flat() });
  }
}

function searchAt(index: number, { providers, weeks }: Scale) {
  const providerIds = Array.from({ length: providersPerSearch }, (_, number) =>
    searchedProvider((index * 7 + number) % providers),
  );
  const from = firstStart + (index % weeks) * weekMs;
  return { providerIds, from: new Date(from), to: new Date(from + weekMs) };
}

async function layOutHistory(application: Application, calendar: Calendar, { slotsWithHistory }: Scale) {
  const slots = await publishFree(application, calendar, slotsWithHistory);
  for (const slot of slots) await application.book(slot);
  return slots;
}
