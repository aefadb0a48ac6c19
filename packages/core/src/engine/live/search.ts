import { compareIds } from "../../model/id-order.ts";
import type { Position } from "../../storage/adapter.ts";
import { groupsAmong, isWanted, type OpenFilter, type OpenGroup, sameStart } from "./open-groups.ts";
import type { ProviderRows } from "./provider-rows.ts";
import type { SlotTable } from "./slot-table.ts";

/** What is searched for: open slots of these providers that start at `from` or later and before `to`. */
export interface OpenSearch extends OpenFilter {
  readonly providers: Iterable<ProviderRows>;
  readonly from: number;
  readonly to: number;
  /** Only what comes after this place in the order. */
  readonly after?: Position | undefined;
  readonly limit: number;
  readonly latestFirst: boolean;
}

/** A provider on the way through its rows: the group that is next, and where the rest begins. */
interface Walk {
  readonly provider: ProviderRows;
  at: number;
  /** Where it ends: before it, or after it if it goes backwards. */
  readonly until: number;
  row: number;
  seats: number;
  start: number;
  /** Further groups that start at the same time, the next one last. */
  more: OpenGroup[];
}

/** The first open groups of all providers in the order of (start, id), or of its reverse. */
export function searchOpen(table: SlotTable, search: OpenSearch): readonly OpenGroup[] {
  const heap: Walk[] = [];
  for (const provider of search.providers) {
    const walk = walkOf(table, provider, search);
    if (step(table, walk, search)) heap.push(walk);
  }
  const isBefore = orderOf(table, search.latestFirst);
  for (let at = (heap.length >> 1) - 1; at >= 0; at--) sink(heap, at, isBefore);
  const found: OpenGroup[] = [];
  while (heap.length > 0 && found.length < search.limit) {
    const top = heap[0] as Walk;
    found.push({ row: top.row, seats: top.seats });
    if (!step(table, top, search)) {
      const last = heap.pop() as Walk;
      if (heap.length === 0) break;
      if (last !== top) heap[0] = last;
    }
    sink(heap, 0, isBefore);
  }
  return found;
}

function walkOf({ columns: { start } }: SlotTable, provider: ProviderRows, search: OpenSearch): Walk {
  const { latestFirst, after } = search;
  const afterStart = after?.start.getTime();
  // Of those that start with the last one of the page before, some may be still to come.
  const from = Math.max(search.from, (!latestFirst && afterStart) || search.from);
  const to = latestFirst && afterStart !== undefined ? Math.min(search.to, afterStart + 1) : search.to;
  const [first, end] = [provider.firstFrom(from, start), provider.firstFrom(to, start)];
  const [at, until] = latestFirst ? [end - 1, first - 1] : [first, end];
  return { provider, at, until, row: -1, seats: 0, start: 0, more: [] };
}

/** Moves on to the next open group. False at the end. */
function step(table: SlotTable, walk: Walk, search: OpenSearch): boolean {
  if (walk.more.length > 0) {
    take(walk, walk.more.pop() as OpenGroup);
    return true;
  }
  const { rows } = walk.provider;
  const { start } = table.columns;
  const direction = search.latestFirst ? -1 : 1;
  while (walk.at !== walk.until) {
    const row = rows[walk.at] as number;
    const following = walk.at + direction;
    walk.start = start[row] as number;
    if (following !== walk.until && start[rows[following] as number] === walk.start) {
      if (takeGroups(table, walk, search)) return true;
      continue;
    }
    walk.at = following;
    if (!isWanted(table, row, search) || !isAfter(table, row, search)) continue;
    walk.row = row;
    walk.seats = 1;
    return true;
  }
  return false;
}

function take(walk: Walk, { row, seats }: OpenGroup): void {
  walk.row = row;
  walk.seats = seats;
}

/** Several slots start together. False if none of them is open. */
function takeGroups(table: SlotTable, walk: Walk, search: OpenSearch): boolean {
  const { provider } = walk;
  const [first, count] = search.latestFirst
    ? firstOfSame(table, walk)
    : [walk.at, sameStart(provider, walk.at, table.columns)];
  const groups = groupsAmong(table, provider.rows.subarray(first, first + count), search);
  const wanted = groups.filter(({ row }) => isAfter(table, row, search));
  walk.more = search.latestFirst ? wanted : wanted.reverse();
  walk.at = search.latestFirst ? first - 1 : first + count;
  const next = walk.more.pop();
  if (next !== undefined) take(walk, next);
  return next !== undefined;
}

function firstOfSame({ columns: { start } }: SlotTable, { provider: { rows, first }, at }: Walk): [number, number] {
  const time = start[rows[at] as number];
  let from = at;
  while (from > first && start[rows[from - 1] as number] === time) from -= 1;
  return [from, at - from + 1];
}

function isAfter({ columns, ids }: SlotTable, row: number, { after, latestFirst }: OpenSearch): boolean {
  if (after === undefined || columns.start[row] !== after.start.getTime()) return true;
  const order = compareIds(ids[row] as string, after.id);
  return latestFirst ? order < 0 : order > 0;
}

type IsBefore = (one: Walk, other: Walk) => boolean;

function orderOf({ ids }: SlotTable, latestFirst: boolean): IsBefore {
  const compare = (one: Walk, other: Walk) =>
    one.start - other.start || compareIds(ids[one.row] as string, ids[other.row] as string);
  return latestFirst ? (one, other) => compare(one, other) > 0 : (one, other) => compare(one, other) < 0;
}

/** Puts the walk at this place of the heap where it belongs. */
function sink(heap: Walk[], from: number, isBefore: IsBefore): void {
  const moved = heap[from] as Walk;
  let at = from;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1] as Walk, heap[child] as Walk)) child += 1;
    if (!isBefore(heap[child] as Walk, moved)) break;
    heap[at] = heap[child] as Walk;
    at = child;
  }
  heap[at] = moved;
}
