import type { Page } from "./page.ts";

/** A list that is read a part at a time. */
export interface Reading<Item> {
  readonly limit: number;
  /** Reads so many items after this one, or from where the part begins. */
  readonly read: (last: Item | undefined, limit: number) => Promise<readonly Item[]>;
}

/** A list that is read a page at a time. */
export interface List<Item> extends Reading<Item> {
  readonly cursorOf: (last: Item) => string;
}

/** Some items of a list. */
export interface VisiblePart<Item, Seen> {
  readonly items: readonly Seen[];
  /** The item after which the list goes on. Undefined at its end. */
  readonly last: Item | undefined;
}

/** What one call reads and looks at before it returns a page that is not full. */
const mostReads = 10;
const mostLookedAt = 2_000;

/** A first page that left much out is followed by reads of at least so many. */
const leastRead = 200;

/**
 * A page of the items that `show` lets the actor see. Without `show`, they see all of them. It reads on until the page
 * is full and one more item is known, so that the cursor tells whether there is more to see. At the bounds above it
 * stops early, and the cursor continues after the last item looked at.
 */
export async function visiblePage<Item, Seen>(
  list: List<Item>,
  show: ((item: Item) => Promise<Seen | undefined>) | undefined,
): Promise<Page<Item | Seen>> {
  const { items, last } = await visiblePart(list, show);
  return { items, nextCursor: last === undefined ? null : list.cursorOf(last) };
}

/** The same, with the item after which the list goes on in place of a cursor. */
export async function visiblePart<Item, Seen>(
  list: Reading<Item>,
  show: (item: Item) => Promise<Seen | undefined>,
): Promise<VisiblePart<Item, Seen>>;
export async function visiblePart<Item, Seen>(
  list: Reading<Item>,
  show: ((item: Item) => Promise<Seen | undefined>) | undefined,
): Promise<VisiblePart<Item, Item | Seen>>;
export async function visiblePart<Item, Seen>(
  { limit, read }: Reading<Item>,
  show: ((item: Item) => Promise<Seen | undefined>) | undefined,
): Promise<VisiblePart<Item, Item | Seen>> {
  if (show === undefined) return cutOff(await read(undefined, limit + 1), limit);
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
    return { items: kept.map(({ seen }) => seen), last };
  }
  const part = cutOff(kept, limit);
  return { items: part.items.map(({ seen }) => seen), last: part.last?.item };
}

/** One item more than the part holds was read. It tells whether the list goes on. */
function cutOff<Item>(read: readonly Item[], limit: number): VisiblePart<Item, Item> {
  const items = read.slice(0, limit);
  return { items, last: read.length > limit ? items.at(-1) : undefined };
}
