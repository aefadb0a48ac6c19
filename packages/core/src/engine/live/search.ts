import { compareIds } from "../../model/id-order.ts";
import type { Position } from "../../storage/adapter.ts";
import { groupsAmong, isWanted, type OpenFilter, type OpenGroup, sameStart } from "./open-groups.ts";
import type { ProviderRows } from "./provider-rows.ts";
import { rankOf } from "./slot-columns.ts";
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

/** A provider on the way through its rows. */
interface Walk {
  readonly provider: ProviderRows;
  /** Where the rest of its rows begins. */
  at: number;
  /** The start of the next open slots, or less than nothing where the latest come first: the least is next. */
  key: number;
  /** The next open slot, if no other of the provider's starts with it. */
  row: number;
  /** The next open groups, if there may be several. */
  groups: readonly OpenGroup[] | undefined;
}

/** The first open groups of all providers in the order of (start, id), or of its reverse. */
export function searchOpen(table: SlotTable, search: OpenSearch): readonly OpenGroup[] {
  const heap = walksOf(table, search);
  const found: OpenGroup[] = [];
  while (heap.length > 0 && found.length < search.limit) {
    const together = takeTogether(table, heap, search);
    sortById(table, together, search.latestFirst);
    for (const group of together) {
      if (found.length === search.limit) break;
      found.push(group);
    }
  }
  return found;
}

/** All that starts next. Ids are compared only among these: most of the time of a search would go into that. */
function takeTogether(table: SlotTable, heap: Walk[], search: OpenSearch): OpenGroup[] {
  const key = (heap[0] as Walk).key;
  const start = search.latestFirst ? -key : key;
  const together: OpenGroup[] = [];
  while (heap.length > 0) {
    const walk = heap[0] as Walk;
    if (walk.key !== key) break;
    if (walk.groups === undefined) together.push({ row: walk.row, seats: 1, start });
    else for (const group of walk.groups) together.push(group);
    if (!step(table, walk, search)) {
      const last = heap.pop() as Walk;
      if (heap.length === 0) break;
      if (last !== walk) heap[0] = last;
    }
    sink(heap, 0);
  }
  return together;
}

/** The providers with something open, as a heap. */
function walksOf(table: SlotTable, search: OpenSearch): Walk[] {
  const heap: Walk[] = [];
  for (const provider of search.providers) {
    const at = search.latestFirst
      ? provider.firstFrom(latestEnd(search)) - 1
      : provider.firstFrom(earliestBegin(search));
    const walk: Walk = { provider, at, key: 0, row: -1, groups: undefined };
    if (step(table, walk, search)) heap.push(walk);
  }
  for (let at = (heap.length >> 1) - 1; at >= 0; at--) sink(heap, at);
  return heap;
}

// Of the slots that start with the last one of the page before, some may be still to come.
const earliestBegin = ({ from, after }: OpenSearch) => Math.max(from, after?.start.getTime() ?? from);
const latestEnd = ({ to, after }: OpenSearch) => Math.min(to, (after?.start.getTime() ?? to) + 1);

/** Moves on to what is open next. False at the end. */
function step(table: SlotTable, walk: Walk, search: OpenSearch): boolean {
  const { rows, starts, first, end } = walk.provider;
  const { from, to, latestFirst } = search;
  const direction = latestFirst ? -1 : 1;
  while (walk.at >= first && walk.at < end) {
    const row = rows[walk.at] as number;
    const time = starts[walk.at] as number;
    if (latestFirst ? time < from : time >= to) return false;
    walk.key = direction * time;
    const following = walk.at + direction;
    if (following >= first && following < end && starts[following] === time) {
      if (takeGroups(table, walk, search)) return true;
      continue;
    }
    walk.at = following;
    if (!isWanted(table, row, search) || !isAfter(table, row, search)) continue;
    walk.row = row;
    walk.groups = undefined;
    return true;
  }
  return false;
}

/** Several slots start together. False if none of them is open. */
function takeGroups(table: SlotTable, walk: Walk, search: OpenSearch): boolean {
  const { provider, at } = walk;
  const first = search.latestFirst ? firstOfSame(provider, at) : at;
  const end = first + sameStart(provider, first);
  const groups = groupsAmong(table, provider.rows.subarray(first, end), search);
  walk.groups = groups.filter(({ row }) => isAfter(table, row, search));
  walk.at = search.latestFirst ? first - 1 : end;
  return walk.groups.length > 0;
}

function firstOfSame({ starts, first }: ProviderRows, at: number): number {
  const time = starts[at];
  let from = at;
  while (from > first && starts[from - 1] === time) from -= 1;
  return from;
}

function isAfter({ columns, ids }: SlotTable, row: number, { after, latestFirst }: OpenSearch): boolean {
  if (after === undefined || columns.start[row] !== after.start.getTime()) return true;
  const order = compareIds(ids[row] as string, after.id);
  return latestFirst ? order < 0 : order > 0;
}

/** Sorts what starts together by id. There are rarely many, and a sort that calls back takes longer for a few. */
function sortById(table: SlotTable, groups: OpenGroup[], latestFirst: boolean): void {
  const isBefore = (one: OpenGroup, other: OpenGroup) => compareRows(table, one.row, other.row) < 0 !== latestFirst;
  if (groups.length > mostInserted) {
    groups.sort((one, other) => (one === other ? 0 : isBefore(one, other) ? -1 : 1));
    return;
  }
  for (let sorted = 1; sorted < groups.length; sorted++) {
    const group = groups[sorted] as OpenGroup;
    let at = sorted;
    while (at > 0 && isBefore(group, groups[at - 1] as OpenGroup)) {
      groups[at] = groups[at - 1] as OpenGroup;
      at -= 1;
    }
    groups[at] = group;
  }
}

const mostInserted = 60;

function compareRows({ columns, ids }: SlotTable, one: number, other: number): number {
  const [rank, otherRank] = [rankOf(columns, one), rankOf(columns, other)];
  return rank > 0 && otherRank > 0 ? rank - otherRank : compareIds(ids[one] as string, ids[other] as string);
}

/** Puts the walk at this place of the heap where it belongs. */
function sink(heap: Walk[], from: number): void {
  const moved = heap[from] as Walk;
  let at = from;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && (heap[child + 1] as Walk).key < (heap[child] as Walk).key) child += 1;
    if ((heap[child] as Walk).key >= moved.key) break;
    heap[at] = heap[child] as Walk;
    at = child;
  }
  heap[at] = moved;
}
