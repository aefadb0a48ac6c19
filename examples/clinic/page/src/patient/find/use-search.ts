import { useClient, useOpenSlots } from "@slotwright/client/react";
import type { FindOpenInput, OpenSlot } from "@slotwright/core";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Names } from "../../directory/names.ts";
import { useNames } from "../../directory/use-names.ts";
import { useDirectory } from "../../person.ts";
import { dateOf } from "../../time/days.ts";
import { askedFor, beginsOn, type ShownTime, staying, timeKey, type Wish, windowOf } from "./search.ts";
import { useAsked } from "./use-asked.ts";

const dayMs = 24 * 60 * 60 * 1000;

/** As far as free times are kept in the server's memory, with a day to spare. */
const inReach = (instant: Date, days: number): Date =>
  new Date(Math.min(instant.getTime(), Date.now() + (days - 1) * dayMs));

/** How many pages of free times are counted. The dates after them are not known. */
const mostPages = 8;

/**
 * How many times this person could book on each of these dates, as the list of a day counts them. A date that is not in it
 * is not known, or not yet.
 */
export function useDayCounts(
  wish: Wish,
  dates: readonly string[],
  zones: readonly string[],
): ReadonlyMap<string, number> {
  const { calls } = useClient();
  const { me, searchableDays } = useDirectory();
  const { zone } = useNames();
  const key = JSON.stringify([wish, dates[0], dates.length]);
  const counted = useAsked(key, async () => {
    const { from, to } = windowOf(dates[0] as string, dates.at(-1) as string, zones);
    const wanted = { ...askedFor(wish), from, to: inReach(to, searchableDays), subjectId: me.id, limit: 500 };
    const counts = new Map<string, number>();
    let page = await calls.findOpen(wanted);
    let last = from;
    for (let pages = 1; ; pages++) {
      for (const { start, facilityId } of page.items) {
        const date = dateOf(start, zone(facilityId));
        counts.set(date, (counts.get(date) ?? 0) + 1);
      }
      last = page.items.at(-1)?.start ?? last;
      if (page.nextCursor === null) return { counts, end: null };
      // Where the day begins last, the day of the last one is still to come to its end, or not yet begun.
      if (pages === mostPages) return { counts, end: zones.map((one) => dateOf(last, one)).sort()[0] ?? "" };
      page = await calls.findOpen({ ...wanted, cursor: page.nextCursor });
    }
  });
  return useMemo(() => {
    if (counted === undefined) return new Map();
    const { counts, end } = counted;
    const known = dates.filter((date) => end === null || date < end);
    return new Map(known.map((date) => [date, counts.get(date) ?? 0]));
  }, [counted, dates]);
}

/** The next free time. Null if there is nothing; undefined if that is not known yet. */
export function useNextFree(wish: Wish, from?: Date): OpenSlot | null | undefined {
  const { calls } = useClient();
  const { me, searchableDays } = useDirectory();
  const key = JSON.stringify([wish, from]);
  return useAsked(key, async () => {
    const now = new Date();
    const window = { from: from ?? now, to: new Date(now.getTime() + searchableDays * dayMs) };
    const wanted = { ...askedFor(wish), ...window, subjectId: me.id, limit: 1 };
    let page = await calls.findOpen(wanted);
    // Where rules keep much of what is free from this person, a page can be empty.
    for (let more = 0; page.items.length === 0 && page.nextCursor !== null && more < 5; more++) {
      page = await calls.findOpen({ ...wanted, cursor: page.nextCursor });
    }
    return page.items[0] ?? null;
  });
}

export interface Times {
  readonly times: readonly ShownTime[];
  readonly isLoaded: boolean;
  readonly error: Error | null;
}

/** The free times of a date, live. Those that go stay in their place until another date or wish is looked at. */
export function useTimes(wish: Wish, date: string, zones: readonly string[]): Times {
  const names = useNames();
  const search = { ...askedFor(wish), ...windowOf(date, date, zones), limit: 500 };
  const { items, isLoaded, error } = useOpenSlots(search);
  const refused = useRefused(search, items);
  const key = JSON.stringify([wish, date]);
  const seen = useRef<{ readonly key: string; readonly times: readonly ShownTime[] }>({ key, times: [] });
  return useMemo(() => {
    const before = seen.current.key === key ? seen.current.times : [];
    const times = staying(before, onDate(items, date, names));
    seen.current = { key, times };
    return { times: times.map((time) => ({ ...time, isRefused: refused.has(time.offer.slotId) })), isLoaded, error };
  }, [items, isLoaded, error, key, date, names, refused]);
}

/** The two answers do not come at the same moment: what differs for as long as this differs. */
const steadyMs = 1_000;

/** The slots that are free, and that this person could not book: a search for a subject asks the rules as well. */
function useRefused(search: FindOpenInput, free: readonly OpenSlot[]): ReadonlySet<string> {
  const { me } = useDirectory();
  const own = useOpenSlots({ ...search, subjectId: me.id });
  const bookable = new Set(own.items.map(timeKey));
  const refused = own.isLoaded ? free.filter((slot) => !bookable.has(timeKey(slot))).map(({ slotId }) => slotId) : [];
  const now = refused.join();
  const [steady, setSteady] = useState<string | null>(null);
  if (steady === null && own.isLoaded) setSteady(now);
  useEffect(() => {
    const timer = setTimeout(() => setSteady(now), steadyMs);
    return () => clearTimeout(timer);
  }, [now]);
  return useMemo(() => new Set((steady ?? "").split(",").filter((id) => now.split(",").includes(id))), [steady, now]);
}

const onDate = (items: readonly OpenSlot[], date: string, { zone }: Names) =>
  items.filter(({ start, facilityId }) => beginsOn(start, date, zone(facilityId)));
