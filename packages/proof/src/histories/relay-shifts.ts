import type { Performance } from "@slotwright/conformance";
import {
  aroundCalls,
  type Interceptor,
  intercepted,
  journalsOf,
  placesOfWorld,
  providersOfWorld,
} from "@slotwright/conformance";
import { createEngine, createRelay, type EngineOptions, type HandleEntry, type StorageAdapter } from "@slotwright/core";
import { type FeedEntry, positionAfter, StorageError } from "@slotwright/core/adapter";
import fc from "fast-check";
import { auditOfHolders, countHandedOver } from "../faults/beside/handovers.ts";
import { type Handed, handedOver, problemsOfHanded } from "./handed-entries.ts";

/** What a relay does in one go, between taking the lease and losing it. */
export interface Shift {
  /** The most entries that it hands over. */
  readonly most: number;
  /** Whether it dies with the last of them, and keeps the lease. Otherwise it stores how far it has come. */
  readonly dies: boolean;
}

const anyShift: fc.Arbitrary<Shift> = fc.record({ most: fc.integer({ min: 1, max: 6 }), dies: fc.boolean() });

/** The shifts of two relays of one name, which take the lease from one another. */
export const anyShifts = fc.tuple(fc.array(anyShift, { maxLength: 2 }), fc.array(anyShift, { maxLength: 2 }));

/** Relays that work in shifts beside the callers of one history after another, each step at its turn. */
export interface RelayShifts {
  /** Take turns with the callers: each works through the shifts of one relay. */
  readonly participants: (shifts: readonly (readonly Shift[])[]) => readonly (() => Promise<void>)[];
  /** What is wrong, as sentences, once the rest was handed over, too. To be called when the turns are over. */
  readonly problemsOf: (performance: Performance, observer: StorageAdapter) => Promise<readonly string[]>;
  /** How many entries were handed over since the last call. */
  readonly count: () => number;
}

const leaseSeconds = 3_600;
/** The most entries that a relay hands over at the same time. */
const mostAtOnce = 100;
/** Far more than any history needs. */
const mostShifts = 300;

/** What all shifts of relays of one name share. */
interface Company {
  readonly name: string;
  /** Of the engines, as in `optionsByTurns`. */
  readonly optionsNow: () => Partial<EngineOptions<unknown>>;
  readonly clock: Interceptor;
  /** Whether the first of them has stored where they begin. */
  isPlaced: boolean;
  handed: Handed[];
}

/** One relay on each of these storages. They begin with what happens from now on. */
export async function openRelayShifts(
  storages: readonly StorageAdapter[],
  given: Pick<Company, "name" | "optionsNow">,
): Promise<RelayShifts> {
  const [first] = storages as [StorageAdapter];
  const company: Company = { ...given, clock: createClock(), isPlaced: false, handed: [] };
  await work(company, first, { most: 1, dies: false });
  return {
    participants: (shifts) =>
      shifts.map((ofOne, index) => async () => {
        for (const shift of ofOne) await work(company, storages[index % storages.length] ?? first, shift);
      }),
    async problemsOf(performance, observer) {
      const endless = (await workOff(company, first)) ? [] : ["The relay: it does not come to the end"];
      const { world } = performance;
      const committed = await journalsOf(observer, { providerIds: providersOfWorld(world) }, placesOfWorld(world));
      const audit = (ofWorld: readonly Handed[]) => auditOfHolders(ofWorld, committed);
      return [...endless, ...problemsOfHanded(company.handed, performance, audit)];
    },
    count() {
      const count = countHandedOver(company.handed);
      company.handed = [];
      return count;
    },
  };
}

/** Works for one shift. Returns whether there was anything to hand over. */
async function work(company: Company, storage: StorageAdapter, shift: Shift): Promise<boolean> {
  const life = createLife(shift);
  let left = 0;
  let isEmpty = true;
  const page = onePage(company, (count) => {
    left = Math.min(count, shift.most);
    isEmpty = count === 0;
    if (isEmpty) life.end();
  });
  const handle: HandleEntry = async (entry, { token }) => {
    const one = handedOver(entry, token);
    company.handed.push(one);
    left -= 1;
    if (left === 0) life.end();
    life.check();
    one.isDone = true;
  };
  const calls = [page, company.clock, life.calls].reduce(intercepted, storage);
  const engine = createEngine({ ...company.optionsNow(), storage: calls });
  const relay = createRelay({ engine, name: company.name, leaseSeconds, concurrency: shift.most, handle });
  await life.of(relay.run({ signal: life.stopping }));
  return !isEmpty;
}

/** Hands over the rest. Returns whether it comes to the end. */
async function workOff(company: Company, storage: StorageAdapter): Promise<boolean> {
  for (let shifts = 0; shifts < mostShifts; shifts++) {
    if (!(await work(company, storage, { most: mostAtOnce, dies: false }))) return true;
  }
  return false;
}

/** Each who asks has stood still for longer than a lease: nobody waits for one, and its holder may lose it at each step. */
function createClock(): Interceptor {
  let now = 0;
  return () => ({
    async readClock() {
      now += 2 * leaseSeconds * 1_000;
      return new Date(now);
    },
  });
}

/** The process of a relay during one shift. */
function createLife({ dies }: Shift) {
  const stopping = new AbortController();
  const death = Promise.withResolvers<void>();
  let isDead = false;
  const check = () => {
    if (isDead) throw new StorageError("misused", "The process has died.");
  };
  return {
    stopping: stopping.signal,
    /** Throws once it is dead, so that nothing goes on. */
    check,
    calls: aroundCalls(async (_, proceed) => {
      check();
      return proceed();
    }),
    end() {
      isDead = dies;
      if (isDead) death.resolve();
      stopping.abort();
    },
    /** Waits for a run, or for its death. */
    async of(running: Promise<void>): Promise<void> {
      const settled = running.catch((error: unknown) => {
        if (!isDead) throw error;
      });
      await Promise.race([settled, death.promise]);
    },
  };
}

/**
 * One page, with at most one entry of each record: all of it can be handled at once. Then there is nothing new. What is
 * read beside turns, for all followers of an engine, never comes, since no seed decides when it would.
 */
function onePage(company: Pick<Company, "isPlaced">, onRead: (count: number) => void): Interceptor {
  let isRead = false;
  return (storage) => ({
    async readFeed(query, call) {
      const { after } = query;
      if (after === "end") {
        if (company.isPlaced) return new Promise<never>(() => {});
        company.isPlaced = true;
        return storage.readFeed(query, call);
      }
      const position = after ?? [];
      if (isRead) return { status: "read", entries: [], position };
      isRead = true;
      const page = await storage.readFeed(query, call);
      if (page.status === "reset") return page;
      const entries = firstOfRecords(page.entries);
      onRead(entries.length);
      return { ...page, entries, position: positionAfter(position, entries) };
    },
  });
}

/** The first entries, up to the second one of a record. */
function firstOfRecords(entries: readonly FeedEntry[]): readonly FeedEntry[] {
  const seen = new Set<string>();
  const again = entries.findIndex(({ entry: { recordKind, recordId } }) => {
    const size = seen.size;
    return seen.add(`${recordKind} ${recordId}`).size === size;
  });
  return again < 0 ? entries : entries.slice(0, again);
}
