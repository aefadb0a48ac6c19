import { compareIds } from "../../model/id-order.ts";
import type { ProviderRows } from "./provider-rows.ts";
import { isOpenRow, type SlotColumns } from "./slot-columns.ts";
import type { SlotTable } from "./slot-table.ts";

/** Which slots count as open. */
export interface OpenFilter {
  /** The instant at which holds count as expired or not. */
  readonly now: number;
  readonly facilityId: string | undefined;
  /** The least length, in milliseconds. */
  readonly leastMs: number;
}

/** A slot that is open, or a group of seats of which some are. */
export interface OpenGroup {
  /** Of its free seats, the row of the one with the lowest number. */
  readonly row: number;
  readonly seats: number;
}

export function isWanted({ columns, places }: SlotTable, row: number, filter: OpenFilter): boolean {
  const { now, facilityId, leastMs } = filter;
  return (
    isOpenRow(columns, row, now) &&
    (columns.length[row] as number) >= leastMs &&
    (facilityId === undefined || places[columns.place[row] as number]?.facilityId === facilityId)
  );
}

/** How many of the provider's rows, from this one on, start at the same time. */
export function sameStart({ rows, end }: ProviderRows, at: number, { start }: SlotColumns): number {
  const time = start[rows[at] as number];
  let next = at + 1;
  while (next < end && start[rows[next] as number] === time) next += 1;
  return next - at;
}

/**
 * The open groups among rows of one provider that start at the same time, in the order of their ids: rows of one
 * schedule with the same end differ in their seat.
 */
export function groupsAmong(table: SlotTable, rows: Int32Array, filter: OpenFilter): readonly OpenGroup[] {
  const { columns, ids } = table;
  const groups: { row: number; seats: number }[] = [];
  for (const row of rows) {
    if (!isWanted(table, row, filter)) continue;
    const group = groups.find((other) => isSameSlot(table, other.row, row));
    if (group === undefined) groups.push({ row, seats: 1 });
    else {
      group.seats += 1;
      if ((columns.seat[row] as number) < (columns.seat[group.row] as number)) group.row = row;
    }
  }
  return groups.length < 2
    ? groups
    : groups.sort((one, other) => compareIds(ids[one.row] as string, ids[other.row] as string));
}

/** A place is a schedule at a facility. */
function isSameSlot({ columns: { place, length } }: SlotTable, one: number, other: number): boolean {
  return place[one] === place[other] && length[one] === length[other];
}
