import { createListeners } from "./listeners.ts";

/** What is shown, and when it changes: what `useSyncExternalStore` of React takes, and any other screen can. */
export interface LiveQuery<Value> {
  /** The same object until something in it changes. */
  readonly get: () => Value;
  /** Calls the listener after each change, until the returned function is called. */
  readonly subscribe: (listener: () => void) => () => void;
}

/**
 * Begins when the first listener comes, and ends when the last one has left. `start` is given what tells the listeners,
 * and returns what ends it.
 */
export function whileWatched(start: (tell: () => void) => () => void): LiveQuery<unknown>["subscribe"] {
  const { tell, subscribe } = createListeners();
  let count = 0;
  let end = () => {};
  return (listener) => {
    // A function of its own, so that a listener may come twice.
    const leave = subscribe(() => listener());
    if (count++ === 0) end = start(tell);
    return () => {
      if (leave() && --count === 0) end();
    };
  };
}

/** Keeps a value for as long as what it is made of has the same version. */
export function memoized<Value>(version: () => unknown, make: (before: Value | undefined) => Value): () => Value {
  let kept: { readonly of: unknown; readonly value: Value } | undefined;
  return () => {
    const of = version();
    if (kept === undefined || kept.of !== of) kept = { of, value: make(kept?.value) };
    return kept.value;
  };
}

/** The array before, if it has the same items. */
export function unchanged<Item>(before: readonly Item[] | undefined, items: readonly Item[]): readonly Item[] {
  const isSame = before?.length === items.length && items.every((item, index) => item === before[index]);
  return isSame ? before : items;
}
