import { limits } from "../../model/limits.ts";
import type { OpenSlot } from "../../model/open-slot.ts";
import type { Position } from "../../storage/adapter.ts";
import type { Cursors } from "../cursors.ts";
import { comparePlaces } from "../find-open.ts";
import type { Page } from "../page.ts";
import type { PlainFind } from "./plain-input.ts";

/**
 * A page of what the database has of these providers, who may be more than one search takes. Each search then has a part of
 * them, from the same place of the list on, and the list is known up to where the first of their pages ends. A group is of
 * one provider, so it is whole.
 */
export async function findAmong(
  providerIds: readonly string[],
  { limit = 100, order }: PlainFind,
  cursors: Cursors<Position>,
  search: (providerIds: readonly string[]) => Promise<Page<OpenSlot>>,
): Promise<Page<OpenSlot>> {
  const pages: Page<OpenSlot>[] = [];
  for (let at = 0; at < providerIds.length; at += limits.providersPerList) {
    pages.push(await search(providerIds.slice(at, at + limits.providersPerList)));
  }
  const [only] = pages;
  if (only !== undefined && pages.length === 1) return only;
  const compare = (one: Position, other: Position) => comparePlaces(one, other, order === "latest");
  const [end] = pages.flatMap(({ nextCursor }) => cursors.read(nextCursor) ?? []).sort(compare);
  const known = pages
    .flatMap(({ items }) => items)
    .filter((offer) => end === undefined || compare(placeOf(offer), end) <= 0)
    .sort((one, other) => compare(placeOf(one), placeOf(other)));
  const items = known.slice(0, limit);
  const last = known.length > limit ? items.at(-1) : undefined;
  const place = last === undefined ? end : placeOf(last);
  return { items, nextCursor: place === undefined ? null : cursors.write(place) };
}

const placeOf = ({ start, slotId }: OpenSlot): Position => ({ start, id: slotId });
