import type { z } from "zod";
import { dateOf, dayMs } from "../../model/local-date.ts";
import type { OpenDay, OpenSlot } from "../../model/open-slot.ts";
import type { countByDaySchema, nextOpenSchema } from "../../model/queries.ts";
import type { Position } from "../../storage/adapter.ts";
import type { Clock } from "../clock.ts";
import type { Cursors } from "../cursors.ts";
import { elapsedMs } from "../elapsed.ts";
import { openCursors } from "../find-open.ts";
import { ownHoldsIn } from "../own-holds.ts";
import { noCounts } from "./day-counts.ts";
import { scopeOf } from "./followed.ts";
import type { Following } from "./following.ts";
import type { LiveDays, LiveFreshness, LiveNext, LiveOpenPage, LiveStanding } from "./live-slots.ts";
import { answeredTo } from "./live-window.ts";
import type { OpenGroup } from "./open-groups.ts";
import type { PlainFind } from "./plain-input.ts";
import { countAt } from "./room.ts";
import { type AllowsRow, searchOpen } from "./search.ts";
import { searchInParts } from "./search-in-parts.ts";
import { isTakenRow, lengthOf, placeOf, versionOf } from "./slot-columns.ts";
import type { SlotTable } from "./slot-table.ts";
import { createTimesAnswers } from "./times-answers.ts";
import { beginsOutside, type FollowOptions } from "./window-slots.ts";
import { createZones } from "./zone-days.ts";

interface Circumstances {
  readonly clock: Clock;
  readonly staleAfterMs: number;
}

/** What a search for one subject adds: when it is made, which of the open slots it may offer, and its own cursors. */
interface SearchOfOne {
  readonly now: Date;
  readonly allows: AllowsRow;
  /** How many slots `allows` was asked about. */
  readonly decided: () => number;
  readonly cursors: Cursors<Position>;
}

export type Answers = ReturnType<typeof createAnswers>;

/** What is held, as answers. The inputs are valid already. */
export function createAnswers(following: Following, options: FollowOptions, { clock, staleAfterMs }: Circumstances) {
  const zones = createZones();

  /** Whether a part of the window was not read. It is read then. */
  function isOutside(now: number): boolean {
    const slots = following.slots();
    const endsOutside = answeredTo(options.window, slots.loadedTo) < options.window.to(now);
    if (!endsOutside && !beginsOutside(options, slots, now)) return false;
    following.moveOn();
    return true;
  }

  function standing(now: Date): LiveStanding {
    const behindMs = Math.max(0, elapsedMs() - following.knownUntil());
    const isStale = isOutside(now.getTime()) || behindMs > staleAfterMs || following.isIncomplete(now.getTime());
    return { cursor: following.cursor(), asOf: now, behindMs, isStale };
  }

  function findOpen(
    input: PlainFind,
    { now = clock.now(), allows, decided, cursors = openCursors(input) }: Partial<SearchOfOne> = {},
  ): LiveOpenPage {
    const { limit = 100, order } = input;
    const own = ownHoldsIn(input);
    const latestFirst = order === "latest";
    const { table } = following.slots();
    const scope = scopeOf(following, options, input, now.getTime());
    const after = cursors.read(input.cursor);
    const search = { ...scope, now: now.getTime(), leastMs: 0, after, latestFirst, limit: limit + 1, allows, own };
    const { found, next } =
      decided === undefined
        ? { found: searchOpen(table, search), next: undefined }
        : searchInParts(table, search, decided);
    const items = shown(table, found, limit, own && now.getTime());
    const last = found.length > limit ? items.at(-1) : undefined;
    const place = last === undefined ? next : { start: last.start, id: last.slotId };
    return { items, nextCursor: place === undefined ? null : cursors.write(place), ...standing(now) };
  }

  function next({ minutes = 0, count, ...input }: z.output<typeof nextOpenSchema>): LiveNext {
    const now = clock.now();
    const { table } = following.slots();
    const scope = scopeOf(following, options, input, now.getTime());
    const from = input.from === undefined ? Math.max(scope.from, now.getTime()) : scope.from;
    const search = { ...scope, from, now: now.getTime(), leastMs: minutes * 60_000, limit: count, latestFirst: false };
    return { items: shown(table, searchOpen(table, search), count), ...standing(now) };
  }

  function countByDay({ timeZone, ...input }: z.output<typeof countByDaySchema>): LiveDays {
    const now = clock.now();
    const slots = following.slots();
    const { providers, facilityId, from, to } = scopeOf(following, options, input, now.getTime());
    const total = noCounts(Math.floor(from / dayMs) - 1, Math.ceil((to - from) / dayMs) + 4);
    const name = JSON.stringify([timeZone ?? null, facilityId ?? null]);
    const zoneOf = (place: number) => slots.zones.get(slots.table.places[place]?.scheduleId ?? "") ?? "UTC";
    const daysOf = zones.daysOf(slots.table, timeZone, zoneOf);
    const counting = { now: now.getTime(), facilityId, leastMs: 0, name, daysOf };
    for (const provider of providers) slots.counter.add(total, provider, { from, to }, counting);
    const days: OpenDay[] = [];
    for (const [index, open] of total.open.entries()) {
      const seats = total.seats[index] as number;
      if (open > 0) days.push({ date: dateOf(total.firstDay + index), open, seats });
    }
    return { days, ...standing(now) };
  }

  return {
    following,
    standing,
    /** The same as `following.isIncomplete`, and what is missing of the window is read. */
    isIncomplete(now: Date): boolean {
      isOutside(now.getTime());
      return following.isIncomplete(now.getTime());
    },
    findOpen,
    ...createTimesAnswers(following, options, { clock, standing }),
    next,
    countByDay,
    freshness(): LiveFreshness {
      const now = clock.now();
      const slots = countAt(following.slots().table, now.getTime());
      return { slots, failure: following.failure(), ...standing(now) };
    },
  };
}

/** @param mineAt When it is searched, if slots that are held then are among those that are found. */
function shown(table: SlotTable, groups: readonly OpenGroup[], limit: number, mineAt?: number): readonly OpenSlot[] {
  const { columns, ids, places } = table;
  const items: OpenSlot[] = [];
  for (const { row, seats, start } of groups) {
    if (items.length === limit) break;
    const place = places[placeOf(columns, row)];
    const item: OpenSlot = {
      slotId: ids[row] as string,
      providerId: place?.providerId ?? "",
      facilityId: place?.facilityId ?? "",
      start: new Date(start),
      end: new Date(start + lengthOf(columns, row)),
      version: versionOf(columns, row),
      seats,
    };
    // Made of parts, an object takes longer to make.
    items.push(mineAt !== undefined && isTakenRow(columns, row, mineAt) ? { ...item, mine: true } : item);
  }
  return items;
}
