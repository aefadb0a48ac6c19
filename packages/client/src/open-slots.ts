import type { FindOpenInput, OpenSlot } from "@slotwright/core";
import type { OpenSlotsPage, ShownEntry } from "./calls/calls.ts";
import { isRequestError, type RequestError } from "./calls/request-error.ts";
import type { Fields } from "./calls/routes.ts";
import type { Send } from "./calls/send.ts";
import type { Environment } from "./environment.ts";
import { type LiveQuery, memoized, whileWatched } from "./live-query.ts";
import { slotKey } from "./store/records.ts";
import type { Store } from "./store/store.ts";
import { backOff } from "./tasks/pauses.ts";
import { createWatch } from "./tasks/watch.ts";

/** Free times as they are shown. */
export interface OpenSlotsView {
  readonly items: readonly OpenSlot[];
  /** Whether there are more than were asked for. */
  readonly hasMore: boolean;
  readonly isLoaded: boolean;
  readonly error: RequestError | null;
}

interface OpenSlotsOptions {
  readonly store: Store;
  readonly send: Send;
  readonly environment: Environment;
  /** What time it is on the server. */
  readonly now: () => number;
  /** Called with what the feed brings. Returns what ends it. */
  readonly onNews: (listener: (entries: readonly ShownEntry[]) => void) => () => void;
}

/** Of news that come close together, one search is made. */
const gatherMs = 250;
/** A hold that is hidden, or was there before, ends without news: a search is at most so old. */
const oldestMs = 10_000;

/**
 * A search for free times that stays right. What the store knows to be taken is left out at once; what the feed says of the
 * slots of these providers makes it search again, since only the server knows what comes in its place.
 */
export function openSlotsQuery(options: OpenSlotsOptions, input: FindOpenInput): LiveQuery<OpenSlotsView> {
  const { store, send, environment, now, onNews } = options;
  const timers = createTimers(environment, () => {
    if (isSeen) void search();
  });
  let page: OpenSlotsPage | undefined;
  let error: RequestError | null = null;
  let [asked, answered, failures] = [0, 0, 0];
  let [isSeen, revision] = [false, 0];
  let tell = () => {};

  async function search(): Promise<void> {
    const number = ++asked;
    try {
      const found = (await send("findOpen", input as unknown as Fields)) as unknown as OpenSlotsPage;
      // An answer that was overtaken by a later one is old news.
      if (number < answered) return;
      [page, error, answered, failures] = [found, null, number, 0];
    } catch (thrown) {
      if (!isRequestError(thrown)) throw thrown;
      if (number < answered) return;
      error = thrown;
      failures++;
      if (thrown.transient) timers.after(backOff(failures, environment.random()));
    }
    timers.again(oldestMs);
    changed();
  }

  function changed(): void {
    revision++;
    tell();
  }

  function hear(entries: readonly ShownEntry[]): void {
    const ours = entries.filter((entry) => concerns(input, entry));
    // The feed has begun anew.
    if (ours.length > 0 || entries.length === 0) timers.after(gatherMs);
    for (const end of ours.flatMap((entry) => holdEndOf(entry) ?? [])) {
      // A hold ends without news.
      timers.at(end - now() + gatherMs);
    }
  }

  return {
    get: memoized<OpenSlotsView>(
      () => revision,
      (before) => {
        const view = viewOf(page, error, store);
        return before && JSON.stringify(before) === JSON.stringify(view) ? before : view;
      },
    ),
    subscribe: whileWatched((tellAll) => {
      [isSeen, tell] = [true, tellAll];
      void search();
      const ends = [onNews(hear), store.subscribe(changed), timers.clear];
      return () => {
        isSeen = false;
        for (const end of ends) end();
      };
    }),
  };
}

function viewOf(page: OpenSlotsPage | undefined, error: RequestError | null, store: Store): OpenSlotsView {
  const items = (page?.items ?? []).flatMap((item) => asKnown(item, store) ?? []);
  return { items, hasMore: (page?.nextCursor ?? null) !== null, isLoaded: page !== undefined, error };
}

/** What a later version, or a command under way, has made of an offer. */
function asKnown(item: OpenSlot, store: Store): OpenSlot | undefined {
  const slot = store.shown().get(slotKey(item.slotId));
  const isNewer = slot && (slot.isPending || slot.version > item.version);
  if (!isNewer) return item;
  const { mine: _, ...free } = item;
  if (slot.status === "available") return free;
  // One's own hold is extended, and stays one's own.
  if (item.mine && slot.status === "held") return item;
  // Of a group, another seat is free, and the next search says which one.
  return item.seats > 1 ? { ...item, seats: item.seats - 1 } : undefined;
}

function concerns({ providerIds, facilityId }: FindOpenInput, entry: ShownEntry): boolean {
  if (entry.recordKind !== "slot" || (facilityId !== undefined && entry.facilityId !== facilityId)) return false;
  return !providerIds || entry.providerIds.some((id) => providerIds.includes(id));
}

function holdEndOf({ changes }: ShownEntry): number | undefined {
  const hold = changes?.hold?.to as { readonly expiresAt?: string } | null | undefined;
  return hold?.expiresAt ? new Date(hold.expiresAt).getTime() : undefined;
}

/** Timers of a query: one that is due soon, one for each hold that ends, and one that begins anew with each search. */
function createTimers({ setTimer }: Environment, work: () => void) {
  let cancelSoon: (() => void) | undefined;
  const again = createWatch(setTimer, work);
  const cancels = new Set<() => void>();
  return {
    again,
    after(ms: number): void {
      cancelSoon ??= setTimer(() => {
        cancelSoon = undefined;
        work();
      }, ms);
    },
    at(ms: number): void {
      const cancel = setTimer(
        () => {
          cancels.delete(cancel);
          work();
        },
        Math.max(ms, 0),
      );
      cancels.add(cancel);
    },
    clear(): void {
      cancelSoon?.();
      cancelSoon = undefined;
      again();
      for (const cancel of cancels) cancel();
      cancels.clear();
    },
  };
}
