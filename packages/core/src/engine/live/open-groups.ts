import { compareIds } from "../../model/id-order.ts";
import type { OwnHolds } from "../own-holds.ts";
import type { ProviderRows } from "./provider-rows.ts";
import { isOpenRow, isTakenRow, lengthOf, placeOf, rankOf } from "./slot-columns.ts";
import type { SlotTable } from "./slot-table.ts";

/** Which slots count as open. */
export interface OpenFilter {
  /** The instant at which holds count as expired or not. */
  readonly now: number;
  readonly facilityId: string | undefined;
  /** The least length, in milliseconds. */
  readonly leastMs: number;
  /** Whether the seats of a group are found one by one. */
  readonly apart?: true;
  /** Holds of the caller's own, whose slots count as open for them. */
  readonly own?: OwnHolds | undefined;
}

/** A slot that is open, or a group of seats of which some are. */
export interface OpenGroup {
  /** Of its free seats, the row of the one with the lowest id: it is the one that the database offers, too. */
  readonly row: number;
  readonly seats: number;
  readonly start: number;
}

export function isWanted(table: SlotTable, row: number, filter: OpenFilter): boolean {
  const { columns, places } = table;
  const { now, facilityId, leastMs, own } = filter;
  return (
    (isOpenRow(columns, row, now) || (own !== undefined && isOwnRow(table, row, own, now))) &&
    (leastMs === 0 || lengthOf(columns, row) >= leastMs) &&
    (facilityId === undefined || places[placeOf(columns, row)]?.facilityId === facilityId)
  );
}

function isOwnRow({ columns, holds }: SlotTable, row: number, own: OwnHolds, now: number): boolean {
  const hold = isTakenRow(columns, row, now) ? holds.get(row) : undefined;
  return hold !== undefined && own.proofOf(hold) !== undefined;
}

/** How many of the provider's rows, from this one on, start at the same time. */
export function sameStart({ starts, end }: ProviderRows, at: number): number {
  const time = starts[at];
  let next = at + 1;
  while (next < end && starts[next] === time) next += 1;
  return next - at;
}

/**
 * The open groups among rows of one provider that start at the same time: rows of one schedule with the same end differ
 * in their seat.
 */
export function groupsAmong(table: SlotTable, rows: Int32Array, filter: OpenFilter): readonly OpenGroup[] {
  const { columns } = table;
  const groups: { row: number; seats: number; readonly start: number }[] = [];
  for (const row of rows) {
    if (!isWanted(table, row, filter)) continue;
    const isMine = isTakenRow(columns, row, filter.now);
    // A seat that the caller holds is an offer of its own.
    const group = filter.apart
      ? undefined
      : groups.find(
          (other) => isSameSlot(table, other.row, row) && isTakenRow(columns, other.row, filter.now) === isMine,
        );
    if (group === undefined) groups.push({ row, seats: 1, start: columns.start[row] as number });
    else {
      group.seats += 1;
      if (compareRows(table, row, group.row) < 0) group.row = row;
    }
  }
  return groups;
}

/** The order of the ids of two rows that start together. */
export function compareRows({ columns, ids }: SlotTable, one: number, other: number): number {
  const [rank, otherRank] = [rankOf(columns, one), rankOf(columns, other)];
  return rank > 0 && otherRank > 0 ? rank - otherRank : compareIds(ids[one] as string, ids[other] as string);
}

/** A place is a schedule at a facility. */
function isSameSlot({ columns }: SlotTable, one: number, other: number): boolean {
  return placeOf(columns, one) === placeOf(columns, other) && lengthOf(columns, one) === lengthOf(columns, other);
}
