import { compareIds } from "../../model/id-order.ts";
import type { Position } from "../../storage/adapter.ts";
import { compareRows, groupsAmong, isWanted, type OpenFilter, type OpenGroup, sameStart } from "./open-groups.ts";
import { prefetchRows } from "./prefetch.ts";
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
  /** Which of the open slots are wanted. Default: all. */
  readonly allows?: AllowsRow | undefined;
}

/** Decides about the row of an open slot, which stands at this place among the provider's, or starts together with it. */
export type AllowsRow = (provider: ProviderRows, at: number, row: number) => boolean;

/** A provider on the way through its rows. */
interface Walk {
  readonly provider: ProviderRows;
  /** Where the rest of its rows begins. */
  at: number;
  /** The next open slot, if no other of the provider's starts with it. */
  row: number;
  /** The next open groups, if there may be several. */
  groups: readonly OpenGroup[] | undefined;
}

/** A walk that has ended comes after all others. */
const ended = Number.POSITIVE_INFINITY;

/**
 * The first open groups of all providers in the order of (start, id), or of its reverse. In each round all that starts
 * next is taken. A heap of the walks takes longer: slots of different providers often start together, and where they do
 * not, a round is still short beside the first step of its walks.
 */
export function searchOpen(table: SlotTable, search: OpenSearch): readonly OpenGroup[] {
  const walks = walksOf(table, search);
  const keys = walks.map((walk) => step(table, walk, search));
  const found: OpenGroup[] = [];
  let key = keys.reduce((one, other) => Math.min(one, other), ended);
  while (key < ended && found.length < search.limit) {
    const before = found.length;
    const start = search.latestFirst ? -key : key;
    let next = ended;
    for (let index = 0; index < keys.length; index++) {
      if (keys[index] === key) {
        const walk = walks[index] as Walk;
        if (walk.groups === undefined) found.push({ row: walk.row, seats: 1, start });
        else for (const group of walk.groups) found.push(group);
        keys[index] = step(table, walk, search);
      }
      next = Math.min(next, keys[index] as number);
    }
    sortById(table, found, before, search.latestFirst);
    key = next;
  }
  return found.slice(0, search.limit);
}

function walksOf(table: SlotTable, search: OpenSearch): Walk[] {
  const { latestFirst } = search;
  const providers = [...search.providers];
  const begin = latestFirst ? latestEnd(search) : earliestBegin(search);
  prefetchRows(table, providers, begin);
  return providers.map((provider) => {
    const at = latestFirst ? provider.firstFrom(begin) - 1 : provider.firstFrom(begin);
    return { provider, at, row: -1, groups: undefined };
  });
}

// Of the slots that start with the last one of the page before, some may be still to come.
const earliestBegin = ({ from, after }: OpenSearch) => Math.max(from, after?.start.getTime() ?? from);
const latestEnd = ({ to, after }: OpenSearch) => Math.min(to, (after?.start.getTime() ?? to) + 1);

/** Moves on to what is open next, and returns when that starts, or less than nothing where the latest come first. */
function step(table: SlotTable, walk: Walk, search: OpenSearch): number {
  const { rows, starts, first, end } = walk.provider;
  const { from, to, latestFirst } = search;
  const direction = latestFirst ? -1 : 1;
  while (walk.at >= first && walk.at < end) {
    const row = rows[walk.at] as number;
    const time = starts[walk.at] as number;
    if (latestFirst ? time < from : time >= to) return ended;
    const following = walk.at + direction;
    if (following >= first && following < end && starts[following] === time) {
      if (takeGroups(table, walk, search)) return direction * time;
      continue;
    }
    const at = walk.at;
    walk.at = following;
    if (!isWanted(table, row, search) || !isAfter(table, row, search)) continue;
    if (search.allows?.(walk.provider, at, row) === false) continue;
    walk.row = row;
    walk.groups = undefined;
    return direction * time;
  }
  return ended;
}

/** Several slots start together. False if none of them is open. */
function takeGroups(table: SlotTable, walk: Walk, search: OpenSearch): boolean {
  const { provider, at } = walk;
  const first = search.latestFirst ? firstOfSame(provider, at) : at;
  const end = first + sameStart(provider, first);
  const groups = groupsAmong(table, provider.rows.subarray(first, end), search);
  const isFound = (row: number) => isAfter(table, row, search) && search.allows?.(provider, first, row) !== false;
  walk.groups = groups.filter(({ row }) => isFound(row));
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

/** Sorts what starts together, from a place on, by id. There are rarely many, and a sort that calls back takes longer. */
function sortById(table: SlotTable, groups: OpenGroup[], from: number, latestFirst: boolean): void {
  const isBefore = (one: OpenGroup, other: OpenGroup) => compareRows(table, one.row, other.row) < 0 !== latestFirst;
  if (groups.length - from > mostInserted) {
    const sorted = groups.splice(from).sort((one, other) => (one === other ? 0 : isBefore(one, other) ? -1 : 1));
    for (const group of sorted) groups.push(group);
    return;
  }
  for (let sorted = from + 1; sorted < groups.length; sorted++) {
    const group = groups[sorted] as OpenGroup;
    let at = sorted;
    while (at > from && isBefore(group, groups[at - 1] as OpenGroup)) {
      groups[at] = groups[at - 1] as OpenGroup;
      at -= 1;
    }
    groups[at] = group;
  }
}

const mostInserted = 60;
