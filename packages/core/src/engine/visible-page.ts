import { type Page, pageOf } from "./page.ts";

/** A list that is read a page at a time. */
export interface List<Item> {
  readonly limit: number;
  /** Reads so many items after this one, or from where the page begins. */
  readonly read: (last: Item | undefined, limit: number) => Promise<readonly Item[]>;
  readonly cursorOf: (last: Item) => string;
}

/** What one call reads and looks at before it returns a page that is not full. */
const mostReads = 10;
const mostLookedAt = 2_000;

/** A first page that left much out is followed by reads of at least so many. */
const leastRead = 200;

/**
 * A page of the items that `show` lets the actor see. Without `show`, they see all of them. It reads on until the page is
 * full and one more item is known, so that the cursor tells whether there is more to see. At the bounds above it stops
 * early, and the cursor continues after the last item looked at.
 */
export async function visiblePage<Item, Seen>(
  list: List<Item>,
  show: ((item: Item) => Promise<Seen | undefined>) | undefined,
): Promise<Page<Item | Seen>> {
  const { limit, read, cursorOf } = list;
  if (show === undefined) return pageOf(await read(undefined, limit + 1), limit, cursorOf);
  const kept: { readonly item: Item; readonly seen: Seen }[] = [];
  let last: Item | undefined;
  let lookedAt = 0;
  for (let reads = 1; ; reads++) {
    const wanted = Math.min(Math.max(limit + 1, reads === 1 ? 0 : leastRead), mostLookedAt - lookedAt);
    const items = await read(last, wanted);
    // Together: a function that looks something up for each may answer all of them at once.
    const shown = await Promise.all(items.map(async (item) => ({ item, seen: await show(item) })));
    for (const { item, seen } of shown) if (seen !== undefined) kept.push({ item, seen });
    last = items.at(-1) ?? last;
    lookedAt += items.length;
    const isEnd = items.length < wanted;
    if (kept.length > limit || isEnd) break;
    if (reads < mostReads && lookedAt < mostLookedAt) continue;
    return { items: kept.map(({ seen }) => seen), nextCursor: cursorOf(last as Item) };
  }
  const { items, nextCursor } = pageOf(kept, limit, ({ item }) => cursorOf(item));
  return { items: items.map(({ seen }) => seen), nextCursor };
}
