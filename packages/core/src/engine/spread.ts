import { type Slot, slotAsOf } from "../model/slot.ts";
import { durationMs } from "../model/time-range.ts";
import type { SearchForOne } from "../rules/decision.ts";
import { StorageError } from "../storage/storage-error.ts";
import type { EngineStorage } from "./engine-storage.ts";
import { createWaitingLine, type WaitingLine } from "./waiting-line.ts";

/** One caller's search for a free slot that no other caller of this engine is trying. */
export interface Finder {
  /** A free slot for this caller alone; undefined if there was none at some moment since the caller came. */
  readonly find: (search: SearchForOne, now: Date, until: number) => Promise<GivenSlot | undefined>;
  /** Ends it. Without this call, what the callers of one time share would be kept forever. */
  readonly leave: () => void;
}

/** A slot that nobody else is given until it is released. */
export interface GivenSlot {
  readonly slot: Slot;
  readonly release: (fate: SlotFate) => void;
}

/** The fate of a slot that was given out: a commit asked for it, somebody else had it by then, or it is unchanged. */
export type SlotFate = "taken" | "lost" | "unused";

/** Callers of one engine who want one of the same slots. */
interface Crowd {
  readonly key: string;
  members: number;
  /** The latest instant at which one of them wants to know what is free. */
  asOf: Date;
  /** How many searches have begun. */
  begun: number;
  searching: Promise<void> | undefined;
  /** How long the current search waits for a connection. */
  searchesUntil: number;
  /** What the last finished search found. */
  pool: Pool;
  /** Slots that are given out, and slots that were released since the last search began. */
  readonly inUse: Set<string>;
  readonly settled: Set<string>;
  /** Callers who wait until somebody is done with a slot. */
  readonly line: WaitingLine;
}

interface Pool {
  /** Which search it comes from, counted from 1. */
  readonly search: number;
  readonly found: readonly Slot[];
  /** Whether there were no others. */
  readonly isComplete: boolean;
  /** Slots that have not been given out. The next one is at the end. */
  free: Slot[];
  given: number;
  /** How many of the given slots had been taken by another process. */
  lost: number;
}

/** How many slots a search reads: enough for the callers of other processes too, who take some of them meanwhile. */
const fewest = 64;
const most = 1_000;
const perCaller = 4;

/** How many slots the callers of a crowd try at the same time. More would be out of date by the time of the commit. */
const mostInUse = 128;

export interface SpreadOptions {
  readonly storage: Pick<EngineStorage, "findSlots">;
  readonly random: () => number;
  /** Runs a search that serves several callers. */
  readonly runShared: (search: () => Promise<void>) => Promise<void>;
}

/**
 * Spreads callers who want the same time over the free slots, so that they do not meet. A caller who lost a slot to
 * another process goes on to the next one without a new search. Each slot is a hint, as the result of every search is:
 * only the commit decides. Only a search that began after the caller came can show that nothing is left.
 */
export function createSpread({ storage, random, runShared }: SpreadOptions): () => Finder {
  const crowds = new Map<string, Crowd>();

  return () => {
    let crowd: Crowd | undefined;
    let came = 0;

    function join(key: string, now: Date): Crowd {
      const joined = crowds.get(key) ?? newCrowd(key, now);
      crowds.set(key, joined);
      joined.members += 1;
      came = joined.begun;
      return joined;
    }

    function leave(): void {
      if (crowd === undefined) return;
      crowd.members -= 1;
      if (crowd.members === 0) crowds.delete(crowd.key);
      crowd = undefined;
    }

    return {
      async find(search, now, until) {
        const key = JSON.stringify(search);
        if (crowd?.key !== key) {
          leave();
          crowd = join(key, now);
        }
        if (crowd.asOf < now) crowd.asOf = now;
        return findIn(crowd, { search, now, came, until });
      },
      leave,
    };
  };

  async function findIn(crowd: Crowd, { search, now, came, until }: Caller): Promise<GivenSlot | undefined> {
    const isUsable = (slot: Slot) => slotAsOf(slot, now).status === "available";
    for (;;) {
      const { pool, inUse } = crowd;
      const isNews = pool.search > came;
      const isFull = inUse.size >= mostInUse;
      if (isNews && !isFull) {
        const slot = pool.free.findLast(isUsable);
        if (slot !== undefined) return give(crowd, slot);
        if (!pool.found.some(isUsable)) return undefined;
      }
      // Another search would find only what others are trying.
      const isWithOthers = inUse.size > 0 && pool.isComplete && !isOutdated(pool);
      if (isNews && (isFull || isWithOthers)) await crowd.line.wait(until);
      else await searchFor(crowd, search, until);
    }
  }

  function give(crowd: Crowd, slot: Slot): GivenSlot {
    const { pool } = crowd;
    pool.free.splice(pool.free.lastIndexOf(slot), 1);
    pool.given += 1;
    crowd.inUse.add(slot.id);
    return {
      slot,
      release(fate) {
        crowd.inUse.delete(slot.id);
        if (fate === "unused") crowd.pool.free.push(slot);
        else crowd.settled.add(slot.id);
        if (fate === "lost") noteLost(pool);
        crowd.line.wake(crowd.inUse.size === 0 ? Number.POSITIVE_INFINITY : 1);
      },
    };
  }

  /**
   * Another process came this way. The next caller goes on elsewhere, and after a few losses one of them searches
   * again.
   */
  function noteLost(pool: Pool): void {
    pool.lost += 1;
    pool.free = isOutdated(pool) ? [] : inOrderOfGiving(pool.free);
  }

  /** One search at a time for all of them. */
  function searchFor(crowd: Crowd, search: SearchForOne, until: number): Promise<void> {
    if (crowd.searching === undefined) {
      crowd.searchesUntil = until;
      crowd.searching = runShared(() => refill(crowd, search, until)).finally(() => {
        crowd.searching = undefined;
        crowd.line.wake(Number.POSITIVE_INFINITY);
      });
    }
    return until < crowd.searchesUntil ? inTime(crowd.searching, until) : crowd.searching;
  }

  async function refill(
    crowd: Crowd,
    { takesOne: _, except = [], ...search }: SearchForOne,
    until: number,
  ): Promise<void> {
    // Callers of the same moment share the search.
    await undefined;
    crowd.begun += 1;
    crowd.settled.clear();
    const number = crowd.begun;
    const limit = Math.min(most, Math.max(fewest, perCaller * crowd.members)) + except.length;
    const read = await storage.findSlots({ ...search, asOf: crowd.asOf, limit }, until);
    const found = read.filter(({ id }) => !except.includes(id));
    const free = found.filter(({ id }) => !crowd.inUse.has(id) && !crowd.settled.has(id));
    const isComplete = read.length < limit;
    crowd.pool = { search: number, found, isComplete, free: inOrderOfGiving(free), given: 0, lost: 0 };
  }

  /**
   * The shortest first, and equal ones in a circle that begins anywhere. Processes that go through the same slots at
   * the same time do not meet before one reaches the beginning of another.
   */
  function inOrderOfGiving(slots: readonly Slot[]): Slot[] {
    const start = Math.floor(random() * slots.length);
    const circle = [...slots.slice(start), ...slots.slice(0, start)];
    return circle.sort((a, b) => durationMs(b) - durationMs(a));
  }
}

/** Others may take longer than this caller has: their search may wait for a connection, their commit for a lock. */
async function inTime(others: Promise<void>, until: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const leftMs = Math.max(until - performance.now(), 0);
    timer = setTimeout(() => reject(late()), leftMs);
  });
  await Promise.race([others, timeout]).finally(() => clearTimeout(timer));
}

const late = () =>
  new StorageError("transient", "The search for a free slot was not answered in time. Nothing was changed; try again.");

interface Caller {
  readonly search: SearchForOne;
  readonly now: Date;
  /** How many searches had begun before. */
  readonly came: number;
  /** How long its search waits for a connection. */
  readonly until: number;
}

const isOutdated = ({ given, lost }: Pool): boolean => lost > 2 + given / 8;

function newCrowd(key: string, asOf: Date): Crowd {
  const pool = { search: 0, found: [], isComplete: true, free: [], given: 0, lost: 0 };
  const sets = { inUse: new Set<string>(), settled: new Set<string>() };
  return {
    key,
    members: 0,
    asOf,
    begun: 0,
    searching: undefined,
    searchesUntil: 0,
    pool,
    ...sets,
    line: createWaitingLine(late),
  };
}
