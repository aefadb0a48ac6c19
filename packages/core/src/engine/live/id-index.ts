import { fnv1a } from "../../model/fnv1a.ts";

/**
 * Finds the row of an id. A `Map` of a million strings takes 60 MB beside the strings themselves, and this takes 8: an
 * open-addressing hash table of row numbers, whose ids are where the rows are.
 */
export interface IdIndex {
  /** The row, or -1. */
  readonly get: (id: string) => number;
  /** The id must not be in it yet, and `idOf(row)` must be this id. */
  readonly add: (id: string, row: number) => void;
  /** Called while `idOf(row)` still is the id of the row. */
  readonly remove: (id: string) => void;
}

const empty = -1;
const removed = -2;

export function createIdIndex(idOf: (row: number) => string): IdIndex {
  // Otherwise, somebody who chooses ids could choose those that collide.
  const seed = Math.trunc(Math.random() * 2 ** 32);
  let table = new Int32Array(64).fill(empty);
  /** Entries in use, removed ones included: they end no search. */
  let used = 0;
  let count = 0;

  const startOf = (id: string) => hashOf(id, seed) & (table.length - 1);

  function placeOf(id: string): number {
    let at = startOf(id);
    for (;;) {
      const row = table[at] as number;
      if (row === empty || (row !== removed && idOf(row) === id)) return at;
      at = (at + 1) & (table.length - 1);
    }
  }

  function insert(id: string, row: number): void {
    let at = startOf(id);
    while ((table[at] as number) !== empty) at = (at + 1) & (table.length - 1);
    table[at] = row;
    used += 1;
  }

  function rebuild(): void {
    const before = table;
    let size = 64;
    while (size < count * 2) size *= 2;
    table = new Int32Array(size).fill(empty);
    used = 0;
    for (const row of before) if (row >= 0) insert(idOf(row), row);
  }

  return {
    get: (id) => table[placeOf(id)] as number,
    add(id, row) {
      count += 1;
      if (used >= table.length * 0.7) rebuild();
      insert(id, row);
    },
    remove(id) {
      const at = placeOf(id);
      if (table[at] === empty) return;
      table[at] = removed;
      count -= 1;
    },
  };
}

/** Mixed at the end, because only the low bits are used. */
function hashOf(id: string, seed: number): number {
  let hash = fnv1a(id, seed);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
