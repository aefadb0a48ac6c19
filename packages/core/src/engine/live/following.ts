import { BookingError, isBookingError } from "../../errors/index.ts";
import type { JournalEntry } from "../../model/journal.ts";
import type { FeedEntry, FeedPosition } from "../../storage/adapter.ts";
import { positionAfter } from "../../storage/feed-position.ts";
import { endOfFeed } from "../feed/changes.ts";
import { feedCursor } from "../feed/feed-cursor.ts";
import { sleep, type TailFollower } from "../feed/feed-tail.ts";
import { nextBatch } from "../feed/subscribe.ts";
import type { EngineSettings } from "../options.ts";
import { outsideOfCallers } from "../outside-of-callers.ts";
import { meaningOf } from "./apply.ts";
import { createDayCounter } from "./day-counts.ts";
import { enoughFor, type LiveWindow, readTo } from "./live-window.ts";
import { factOf } from "./slot-columns.ts";
import { createSlotTable, type HeldSlotRow, heldRow, type SlotTable } from "./slot-table.ts";
import { compacted, slotsById, slotsWithin, type Wanted, zonesOf } from "./snapshot.ts";

export interface FollowOptions extends Wanted {
  readonly window: LiveWindow;
  readonly maxSlots: number;
  readonly pollMs: number;
}

/** What is held, and how far it has followed the feed. */
export interface Following {
  readonly table: () => SlotTable;
  readonly counter: () => ReturnType<typeof createDayCounter>;
  /** The zone of a schedule. */
  readonly zoneOf: (scheduleId: string) => string | undefined;
  /** Slots that start before this time are held. */
  readonly heldTo: () => number;
  /** The cursor of the feed at which the slots are as they are held. */
  readonly cursor: () => string;
  /** Everything that was committed before this time is known, as `performance.now()` counts. */
  readonly knownUntil: () => number;
  /** Why the feed could not be followed, until it can be again. Null where the database is merely away. */
  readonly failure: () => BookingError | null;
  /** Whether something is missing that the feed does not tell: after a reset, or beyond `maxSlots`. */
  readonly isIncomplete: () => boolean;
  /** Reads on at once if the window has moved. */
  readonly moveOn: () => void;
}

/** How long it waits after a failure, in milliseconds. */
const pauseMs = 500;

/** The longest wait for the window to move on: a clock may be set forward. */
const longestWaitMs = 10 * 60 * 1000;

/**
 * Reads the slots of the window, and follows the feed from then on, until `signal` is aborted.
 * @throws BookingError `invalid_input` if there are more than `maxSlots`
 */
export async function startFollowing(
  settings: EngineSettings,
  options: FollowOptions,
  signal: AbortSignal,
): Promise<Following> {
  const { window, maxSlots, pollMs } = options;
  let table = createSlotTable();
  let counter = createDayCounter(table);
  let heldTo = 0;
  let position: FeedPosition = [];
  let cursor = "";
  let knownUntil = 0;
  let zones = new Map<string, string>();
  let follower: TailFollower | undefined;
  let isApplying = false;
  /** How many slots were read in order. */
  let ranks = 0;
  let isReset = false;
  let failure: BookingError | null = null;
  let isFull = false;
  let wake = new AbortController();
  wake.abort();
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Cursor first: the feed then tells what changes while the slots are read. */
  async function readAll(mayBeFull: boolean): Promise<void> {
    const began = performance.now();
    const begin = await endOfFeed(settings);
    const now = settings.clock.now().getTime();
    const [read, end] = [createSlotTable(), readTo(window, now)];
    const isCut = await readInto(read, [window.from(now), end]);
    if (isCut && !mayBeFull) throw tooMany(maxSlots);
    const [copy, found] = [await compacted(read), await zonesOf(settings, scheduleIdsOf(read))];
    [table, counter, heldTo] = [copy, createDayCounter(copy), end];
    [zones, isFull, isReset, knownUntil, failure] = [new Map(found), isCut, false, began, null];
    stand(begin);
  }

  /** Returns whether there was no room for all of them. */
  async function readInto(into: SlotTable, range: readonly [from: number, to: number]): Promise<boolean> {
    for await (const page of slotsWithin(settings, options, range, signal)) {
      for (const slot of page) {
        if (into.rowOf(slot.id) >= 0) continue;
        if (into.size() === maxSlots) return true;
        into.add({ ...heldRow(slot), rank: ++ranks });
      }
    }
    return false;
  }

  function stand(at: FeedPosition): void {
    position = at;
    cursor = feedCursor(at);
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        if (isReset) await readAll(true);
        await followFeed();
      } catch (error) {
        isReset ||= isBookingError(error, "feed_reset");
        failure = isBookingError(error) ? error : null;
        if (!signal.aborted) await sleepUnless(signal, pauseMs);
      }
    }
    clearTimeout(timer);
    // Whoever has it may keep it for longer than its slots are needed.
    table = createSlotTable();
  }

  async function followFeed(): Promise<void> {
    const following = settings.feedTail.follow(pollMs);
    follower = following;
    try {
      while (!signal.aborted) {
        if (waitMs() <= 0) await move();
        const batch = await nextBatch(settings, following, position, nextWake());
        if (batch.length > 0) await apply(following, batch);
      }
    } finally {
      knownUntil = following.givenUntil() ?? knownUntil;
      follower = undefined;
      following.leave();
    }
  }

  const waitMs = () => enoughFor(window, heldTo, settings.clock.now().getTime());

  /** Ends the wait for the feed when the window has moved on, and at the end. */
  function nextWake(): AbortSignal {
    if (!wake.signal.aborted) return wake.signal;
    wake = new AbortController();
    if (signal.aborted) wake.abort();
    clearTimeout(timer);
    if (window.isMoving) timer = setTimeout(() => wake.abort(), Math.min(waitMs(), longestWaitMs));
    return wake.signal;
  }

  /** The window has moved on: what has begun goes, and what follows is read. */
  async function move(): Promise<void> {
    const now = settings.clock.now().getTime();
    table.dropBefore(now);
    if (isFull && table.size() < maxSlots) return readAll(true);
    const end = readTo(window, now);
    isFull ||= await readInto(table, [Math.max(heldTo, now), end]);
    await learnZones(scheduleIdsOf(table));
    heldTo = end;
    if (table.isSparse()) await compact();
  }

  async function compact(): Promise<void> {
    table = await compacted(table);
    counter = createDayCounter(table);
  }

  async function learnZones(scheduleIds: readonly string[]): Promise<void> {
    const unknown = scheduleIds.filter((id) => !zones.has(id));
    for (const [id, zone] of await zonesOf(settings, unknown)) zones.set(id, zone);
  }

  async function apply(following: TailFollower, batch: readonly FeedEntry[]): Promise<void> {
    const until = following.givenUntil();
    isApplying = true;
    try {
      const entries = batch.map(({ entry }) => entry).filter(isWanted);
      await learnZones([...new Set(entries.flatMap(scheduleIdOf))]);
      const gaps = entries.filter((entry) => !applyOne(entry)).map(({ recordId }) => recordId);
      for (const slot of await slotsById(settings, [...new Set(gaps)])) put(heldRow(slot));
      stand(positionAfter(position, batch));
      knownUntil = until ?? knownUntil;
      failure = null;
    } finally {
      isApplying = false;
    }
  }

  const isWanted = ({ recordKind, providerIds, facilityId }: JournalEntry) =>
    recordKind === "slot" &&
    (options.providerIds?.has(providerIds[0] as string) ?? true) &&
    (options.facilityId === undefined || options.facilityId === facilityId);

  /** False if the slot has to be read. */
  function applyOne(entry: JournalEntry): boolean {
    const meaning = meaningOf(entry, table);
    if (meaning.kind === "state") table.setState(meaning.row, meaning.state);
    else if (meaning.kind === "created") put(meaning.slot);
    return meaning.kind !== "gap";
  }

  function put(slot: HeldSlotRow): void {
    const row = table.rowOf(slot.id);
    if (row >= 0) {
      if (slot.version > factOf(table.columns, row, "version")) table.setState(row, slot);
      return;
    }
    if (slot.start >= heldTo || slot.start < window.from(settings.clock.now().getTime())) return;
    if (table.size() < maxSlots) table.add(slot);
    else if (!isFull) {
      isFull = true;
      settings.warn(saysFull(maxSlots));
    }
  }

  await readAll(false);
  signal.addEventListener("abort", () => wake.abort());
  void outsideOfCallers(run);
  return {
    table: () => table,
    counter: () => counter,
    zoneOf: (scheduleId) => zones.get(scheduleId),
    heldTo: () => heldTo,
    cursor: () => cursor,
    knownUntil: () => (isApplying ? knownUntil : (follower?.givenUntil() ?? knownUntil)),
    failure: () => (follower?.givenUntil() === undefined ? failure : null),
    isIncomplete: () => isReset || isFull,
    moveOn: () => wake.abort(),
  };
}

function scheduleIdsOf({ places }: SlotTable): readonly string[] {
  return [...new Set(places.map(({ scheduleId }) => scheduleId))];
}

const scheduleIdOf = ({ version, changes }: JournalEntry) => (version === 1 ? [changes.scheduleId?.to as string] : []);

function tooMany(maxSlots: number): BookingError {
  const message = `is less than there are slots in the window: narrow it by from and to, forDays, providerIds or facilityId, or raise maxSlots`;
  return new BookingError("invalid_input", {
    issues: [{ path: "maxSlots", code: "too_many", maximum: maxSlots, message }],
  });
}

function saysFull(maxSlots: number) {
  const message = `Live slots hold ${maxSlots} slots, as many as they may. Further ones are left out, and answers say that they are stale. Follow a narrower window or fewer providers, or raise maxSlots.`;
  return { code: "live_slots_full", message, details: { maxSlots } } as const;
}

/** Sleeps, and no longer than until the signal is aborted. */
async function sleepUnless(signal: AbortSignal, ms: number): Promise<void> {
  let stop = () => {};
  const slept = sleep(ms, (end) => {
    stop = end;
  });
  signal.addEventListener("abort", stop);
  await slept;
  signal.removeEventListener("abort", stop);
}
