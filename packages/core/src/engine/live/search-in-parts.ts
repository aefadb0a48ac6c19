import { compareIds } from "../../model/id-order.ts";
import { dayMs } from "../../model/local-date.ts";
import type { Position } from "../../storage/adapter.ts";
import type { OpenGroup } from "./open-groups.ts";
import { type OpenSearch, searchOpen } from "./search.ts";
import type { SlotTable } from "./slot-table.ts";

/** What was found, and where to go on. */
export interface FoundInParts {
  readonly found: readonly OpenGroup[];
  /** The last slot that was looked at, if the search has ended before its limit and its end. */
  readonly next: Position | undefined;
}

/** Some milliseconds of work. A page then has fewer slots than were asked for, or none, and a cursor. */
const mostDecided = 20_000;
const manyOfPart = 1_000;

/**
 * The same as `searchOpen`, a day at first, and then longer parts as long as there is little in them: a search of which
 * policies refuse nearly all ends after so many, and not at the end of the window.
 *
 * @param decided How many slots the policies were asked about.
 */
export function searchInParts(table: SlotTable, search: OpenSearch, decided: () => number): FoundInParts {
  const { from, to, latestFirst, limit } = search;
  const providers = [...search.providers];
  const found: OpenGroup[] = [];
  let at = startOf(search);
  let length = dayMs;
  for (;;) {
    const before = decided();
    const part = latestFirst
      ? { from: Math.max(from, at - length), to: at }
      : { from: at, to: Math.min(to, at + length) };
    for (const group of searchOpen(table, { ...search, ...part, providers, limit: limit - found.length })) {
      found.push(group);
    }
    at = latestFirst ? part.from : part.to;
    if (found.length >= limit || (latestFirst ? at <= from : at >= to)) return { found, next: undefined };
    if (decided() - before < manyOfPart) length *= 2;
    const next = decided() >= mostDecided ? lastBefore(table, { ...search, providers }, at) : undefined;
    if (next !== undefined) return { found, next };
  }
}

/** Further pages begin where the last one has ended. */
function startOf({ from, to, after, latestFirst }: OpenSearch): number {
  const last = after?.start.getTime();
  if (latestFirst) return Math.min(to, (last ?? to) + 1);
  return Math.max(from, last ?? from);
}

/** The last slot, in the order of the search, that comes before what starts at `at` and later, or earlier in reverse. */
function lastBefore({ ids }: SlotTable, { providers, latestFirst }: OpenSearch, at: number): Position | undefined {
  let last: Position | undefined;
  for (const provider of providers) {
    const place = latestFirst ? provider.firstFrom(at) : provider.firstFrom(at) - 1;
    if (place < provider.first || place >= provider.end) continue;
    const row = provider.rows[place] as number;
    const one = { start: new Date(provider.starts[place] as number), id: ids[row] as string };
    const order = last === undefined ? 1 : one.start.getTime() - last.start.getTime() || compareIds(one.id, last.id);
    if (last === undefined || (latestFirst ? order < 0 : order > 0)) last = one;
  }
  return last;
}
