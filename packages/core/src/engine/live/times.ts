import type { z } from "zod";
import type { liveTimesSchema } from "../../model/queries.ts";
import type { Slot, SlotStatus } from "../../model/slot.ts";
import { isComputed } from "../../rules/hours/computed.ts";
import {
  type Candidate,
  candidatesAfter,
  type Stored,
  type TimePlace,
  type TimeSearch,
} from "../free-times/candidates.ts";
import { restOf, type Stretch, stretchesOf } from "../free-times/stretches.ts";
import { isOpenRow } from "./slot-columns.ts";
import type { SlotTable } from "./slot-table.ts";
import type { WindowSlots } from "./window-slots.ts";

/** A search for times of a length, as its schema has made it. */
export type TimesAsked = z.output<typeof liveTimesSchema>;

/** The first free times of the held slots and hours, as a search of the database finds them: one more than `limit`. */
export function timesIn(
  slots: WindowSlots,
  { providerIds, facilityId, minutes, order, limit }: TimesAsked,
  { range, after, now }: { readonly range: Stretch; readonly after: TimePlace | undefined; readonly now: Date },
): readonly Candidate[] {
  const descending = order === "latest";
  const search = { providerIds, facilityId, minutes, asOf: now, descending, overlapScope: "facility" } as const;
  const found: Candidate[] = [];
  for (const stretch of stretchesOf(restOf(range, descending, after), descending)) {
    const stored = [...new Set(providerIds)].map((id) => storedOf(slots, search, stretch, id));
    for (const one of candidatesAfter(search, stretch, after, stored)) found.push(one);
    if (found.length > limit) break;
  }
  return found.slice(0, limit + 1);
}

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
