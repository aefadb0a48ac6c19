/** Merges what is sorted already. Each source is asked for one more only when the one before it has been taken. */
export function* inOneOrder<Item>(
  sources: readonly Iterable<Item>[],
  compare: (one: Item, other: Item) => number,
): Generator<Item, undefined> {
  /** The next one of each source. The one to take first comes last. */
  const heads: { readonly item: Item; readonly rest: Iterator<Item> }[] = [];

  function advance(rest: Iterator<Item>): void {
    const next = rest.next();
    if (next.done === true) return;
    let [low, high] = [0, heads.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare((heads[middle] as (typeof heads)[number]).item, next.value) > 0) low = middle + 1;
      else high = middle;
    }
    heads.splice(low, 0, { item: next.value, rest });
  }

  for (const source of sources) advance(source[Symbol.iterator]());
  for (let head = heads.pop(); head !== undefined; head = heads.pop()) {
    yield head.item;
    advance(head.rest);
  }
}
