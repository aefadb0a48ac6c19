import { limits } from "../../model/limits.ts";
import { newSlot, type Slot, slotAsOf } from "../../model/slot.ts";
import { type Neighbour, noZones, type OfSubject, type Sight, withWindow, zonesOfOne } from "../../rules/sight.ts";
import type { SlotQuery } from "../../storage/adapter.ts";
import type { OwnHolds } from "../own-holds.ts";
import type { SeatSource } from "../sight/seat-source.ts";
import { surelyWhole } from "../sight/survey.ts";
import type { RowsAllowed } from "./allowed-rows.ts";
import { providersAmong } from "./followed.ts";
import type { ProviderRows } from "./provider-rows.ts";
import { searchOpen } from "./search.ts";
import { isTakenRow, lengthOf } from "./slot-columns.ts";
import type { SlotTable } from "./slot-table.ts";
import type { WindowSlots } from "./window-slots.ts";

/** What decisions in memory look at besides the slots. */
export interface SeenInMemory {
  /** What the policies see that are shown records. */
  readonly sight: Sight;
  /** How the others decide, by times. */
  readonly byTimes: RowsAllowed | undefined;
  readonly ofSubject: readonly OfSubject[];
  readonly own: OwnHolds | undefined;
}

/** Slots from memory, as whole records, and what lies around them. */
export interface RecordSource extends SeatSource {
  readonly allows: (slot: Slot) => boolean;
  /** Whether there was a slot with more around it than a command can be sure to read. */
  readonly isUndecided: () => boolean;
}

export function recordSource({ table, zones }: WindowSlots, seen: SeenInMemory): RecordSource {
  const { sight, byTimes, ofSubject, own } = seen;
  let isUndecided = false;
  return {
    isUndecided: () => isUndecided || byTimes?.isUndecided() === true,
    allows: (slot) => byTimes === undefined || byTimes.allowsTime(slot),
    findSlots: async (query) => slotsIn(table, query, own),
    async surveyAround(_slots, { now }) {
      const isCut = { provider: false, subject: false };
      return (slot) => {
        const neighbours = sight.provider === undefined ? [] : neighboursOf(table, slot, sight, now.getTime());
        if (neighbours.length > surelyWhole) isUndecided = true;
        const { scheduleId } = slot;
        const ofSlot = sight.timeZone === undefined ? noZones : zonesOfOne(scheduleId, zones.get(scheduleId) ?? "UTC");
        return { neighbours, ofSubject: sight.subject === undefined ? [] : ofSubject, ...ofSlot, isCut };
      };
    },
  };
}

/** Those that are free or one's own, in the order of the list. */
function slotsIn(table: SlotTable, query: SlotQuery, own: OwnHolds | undefined): readonly Slot[] {
  const { asOf, after, limit, descending = false } = query;
  const found = searchOpen(table, {
    providers: providersAmong(table, query.providerIds),
    facilityId: query.facilityId,
    from: query.startFrom?.getTime() ?? limits.earliest,
    to: query.startBefore?.getTime() ?? limits.latest,
    now: asOf.getTime(),
    leastMs: 0,
    latestFirst: descending,
    apart: true,
    after,
    limit,
    own,
  });
  return found.map(({ row }) => slotAsOf(recordOf(table, row), asOf));
}

/** The whole record of the slot of a row, if the table keeps those. */
export function recordOf(table: SlotTable, row: number): Slot {
  const { id, scheduleId, providerId, facilityId, seat, metadata, ...held } = table.read(row);
  const { hold, heldUntil, status, appointmentId, version } = held;
  return {
    ...newSlot(
      { id, scheduleId, providerId, facilityId, seat, start: new Date(held.start), end: new Date(held.end), metadata },
      new Date(held.createdAt),
    ),
    status,
    appointmentId,
    hold:
      hold === undefined
        ? null
        : { tokenHash: hold.tokenHash, expiresAt: new Date(heldUntil), holderId: hold.holderId },
    version,
    updatedAt: new Date(held.updatedAt),
  };
}

/** What is booked or held around a slot, and one more than can be decided on if there is too much. */
function neighboursOf(table: SlotTable, slot: Slot, { provider: window }: Sight, now: number): readonly Neighbour[] {
  const provider = table.providers.get(slot.providerId);
  if (provider === undefined || window === undefined) return [];
  const { start, end } = withWindow(slot, window);
  const near: Neighbour[] = [];
  for (const row of rowsAcross(table, provider, start.getTime(), end.getTime())) {
    if (!isTakenRow(table.columns, row, now)) continue;
    near.push(neighbourAt(table, row));
    if (near.length > surelyWhole) break;
  }
  return near;
}

function* rowsAcross({ columns }: SlotTable, provider: ProviderRows, start: number, end: number): Generator<number> {
  const { rows, starts, end: last, longest } = provider;
  for (let at = provider.firstFrom(start - longest); at < last && (starts[at] as number) < end; at++) {
    const row = rows[at] as number;
    if ((starts[at] as number) + lengthOf(columns, row) > start) yield row;
  }
}

function neighbourAt(table: SlotTable, row: number): Neighbour {
  const { id: slotId, providerId, facilityId, scheduleId, start, end, appointmentId } = table.read(row);
  return { slotId, providerId, facilityId, scheduleId, start: new Date(start), end: new Date(end), appointmentId };
}
