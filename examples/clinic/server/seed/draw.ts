import { createHash } from "node:crypto";

/** A number from 0 to below 1 for a name: always the same one, whatever else is drawn. */
export function drawn(name: string): number {
  return createHash("sha256").update(name).digest().readUInt32BE() / 2 ** 32;
}

/** One of them, likewise. */
export function oneOf<Item>(items: readonly Item[], name: string): Item {
  return items[Math.floor(drawn(name) * items.length)] as Item;
}

/** All of them, in an order of the name's own. */
export function shuffled<Item>(items: readonly Item[], name: string, keyOf: (item: Item) => string): readonly Item[] {
  return items.toSorted((a, b) => drawn(`${name}/${keyOf(a)}`) - drawn(`${name}/${keyOf(b)}`));
}
