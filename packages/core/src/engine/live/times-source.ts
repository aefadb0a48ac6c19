import type { Availability } from "../../model/availability.ts";
import { minuteMs } from "../../model/local-date.ts";
import { type Slot, slotAsOf } from "../../model/slot.ts";
import { isComputed } from "../../rules/hours/computed.ts";
import type { TimeSearch } from "../free-times/candidates.ts";
import type { Stretch } from "../free-times/stretches.ts";
import type { TimeSource } from "../free-times/time-source.ts";
import { type RecordSource, recordOf, recordSource, type SeenInMemory } from "./record-source.ts";
import { isLapsedRow, isOpenRow, lengthOf, placeOf, statusOf, versionOf } from "./slot-columns.ts";
import type { Place, SlotTable } from "./slot-table.ts";
import type { WindowSlots } from "./window-slots.ts";

/** Hours and slots from memory. */
export interface TimesInMemory extends TimeSource, Pick<RecordSource, "isUndecided"> {}

/** @param seen What decisions look at that are shown whole records. Default: none is, and slots are without what only they look at. */
export function timesInMemory(slots: WindowSlots, seen?: SeenInMemory): TimesInMemory {
  const { allows, surveyAround, isUndecided } = recordSource(slots, seen ?? nothingSeen);
  const slotOf = seen === undefined ? slotAt : wholeSlotAt;
  return {
    allows,
    surveyAround,
    isUndecided,
    hoursOf: async ({ providerIds }) => hoursIn(slots, providerIds),
    slotsAround: async (search, stretch) => slotsIn(slots.table, search, stretch, slotOf),
  };
}

const nothingSeen: SeenInMemory = { sight: {}, byTimes: undefined, ofSubject: [], own: undefined };

/**
 * The hours of the providers whose openings are computed. None while slots are left out, because these may be in the way: what is
 * stored and not held is not offered, but a computed opening would be.
 */
export function hoursIn({ hours, leftOut }: WindowSlots, providerIds: readonly string[]): Map<string, Availability> {
  const found = new Map<string, Availability>();
  if (leftOut !== undefined) return found;
  for (const id of providerIds) {
    const own = hours.get(id);
    if (own !== undefined && isComputed(own)) found.set(id, own);
  }
  return found;
}

/** A slot of the table, as it counts at this time. */
type SlotOfRow = (table: SlotTable, row: number, now: Date) => Slot;

/** What may be in the way of an opening that starts in the stretch, and what is free in it. */
export function slotsIn(
  table: SlotTable,
  { providerIds, minutes, asOf }: TimeSearch,
  { from, to }: Stretch,
  slotOf: SlotOfRow = slotAt,
): readonly Slot[] {
  const slots: Slot[] = [];
  for (const id of new Set(providerIds)) {
    const rows = table.providers.get(id);
    if (rows === undefined) continue;
    const end = rows.firstFrom(to.getTime() + minutes * minuteMs);
    for (let at = rows.firstFrom(from.getTime() - rows.longest); at < end; at += 1) {
      const row = rows.rows[at] as number;
      const ends = (rows.starts[at] as number) + lengthOf(table.columns, row);
      if (ends > from.getTime()) slots.push(slotOf(table, row, asOf));
    }
  }
  return slots;
}

/** What a search looks at of a slot. Its other fields may not be held. */
function slotAt(table: SlotTable, row: number, now: Date): Slot {
  const { columns, ids, places, holds } = table;
  const { scheduleId, providerId, facilityId } = places[placeOf(columns, row)] as Place;
  const start = columns.start[row] as number;
  const isOpen = isOpenRow(columns, row, now.getTime());
  const hasLapsed = isLapsedRow(columns, row, now.getTime());
  return {
    id: ids[row] as string,
    scheduleId,
    providerId,
    facilityId,
    seat: columns.seat[row] as number,
    version: versionOf(columns, row),
    start: new Date(start),
    end: new Date(start + lengthOf(columns, row)),
    status: isOpen ? "available" : hasLapsed ? "withdrawn" : statusOf(columns, row),
    hold: isOpen || hasLapsed ? null : (holds.get(row) ?? null),
  } as Slot;
}

const wholeSlotAt: SlotOfRow = (table, row, now) => slotAsOf(recordOf(table, row), now);
