import type { Slot, SlotStatus } from "../../model/slot.ts";
import { isComputed } from "../../rules/hours/computed.ts";
import {
  type Candidate,
  candidatesAfter,
  type Stored,
  type TimePlace,
  type TimeSearch,
} from "../free-times/candidates.ts";
import { countStretch, type DayTally } from "../free-times/day-tally.ts";
import { restOf, type Stretch, stretchesOf } from "../free-times/stretches.ts";
import { isOpenRow } from "./slot-columns.ts";
import type { SlotTable } from "./slot-table.ts";
import type { WindowSlots } from "./window-slots.ts";

/** Which times are searched for. */
export interface TimesAsked extends Pick<TimeSearch, "providerIds" | "facilityId" | "minutes"> {
  readonly descending: boolean;
  /** At most so many. */
  readonly limit: number;
}

/** Where they are searched for, and when. */
export interface SearchedRange {
  readonly range: Stretch;
  readonly now: Date;
}

/** The first free times of the held slots and hours, as a search of the database finds them. */
export function timesIn(
  slots: WindowSlots,
  { limit, ...asked }: TimesAsked,
  { range, after, now }: SearchedRange & { readonly after: TimePlace | undefined },
): readonly Candidate[] {
  const search = { ...asked, asOf: now, overlapScope: "facility" } as const;
  const { descending } = search;
  const found: Candidate[] = [];
  for (const stretch of stretchesOf(restOf(range, descending, after), descending)) {
    for (const one of candidatesAfter(search, stretch, after, storedIn(slots, search, stretch))) found.push(one);
    if (found.length >= limit) break;
  }
  return found.slice(0, limit);
}

/**
 * Counts all of them.
 * @returns from where on the rest has to be counted by another call. Undefined if all was counted.
 */
export function countIn(
  slots: WindowSlots,
  { providerIds, facilityId, minutes }: Pick<TimeSearch, "providerIds" | "facilityId" | "minutes">,
  { range, now }: SearchedRange,
  tally: DayTally,
): Date | undefined {
  const search = { providerIds, facilityId, minutes, asOf: now, descending: false, overlapScope: "facility" } as const;
  for (const stretch of stretchesOf(range, false)) {
    const rest = countStretch(tally, search, stretch, storedIn(slots, search, stretch));
    if (rest !== undefined && rest < range.to) return rest;
  }
  return undefined;
}

const storedIn = (slots: WindowSlots, search: TimeSearch, stretch: Stretch): readonly Stored[] =>
  [...new Set(search.providerIds)].map((id) => storedOf(slots, search, stretch, id));

const minuteMs = 60_000;

function storedOf(
  { table, hours }: WindowSlots,
  { minutes, asOf }: TimeSearch,
  { from, to }: Stretch,
  providerId: string,
): Stored {
  const own = hours.get(providerId);
  const rows = table.providers.get(providerId);
  const slots: Slot[] = [];
  if (rows !== undefined) {
    const end = rows.firstFrom(to.getTime() + minutes * minuteMs);
    for (let at = rows.firstFrom(from.getTime() - rows.longest); at < end; at += 1) {
      const slot = slotAt(table, rows.rows[at] as number, asOf.getTime());
      if (slot.end > from) slots.push(slot);
    }
  }
  return { providerId, hours: own !== undefined && isComputed(own) ? own : undefined, slots };
}

/** What a search looks at of a slot. Its other fields are not held. */
function slotAt(table: SlotTable, row: number, now: number): Slot {
  const { id, providerId, facilityId, seat, version, status, ...times } = table.read(row);
  const isOpen = isOpenRow(table.columns, row, now);
  const [start, end] = [new Date(times.start), new Date(times.end)];
  const counts: SlotStatus = isOpen ? "available" : status;
  return { id, providerId, facilityId, seat, version, start, end, status: counts } as Slot;
}
