import type { RequestError } from "../calls/request-error.ts";
import { type LiveQuery, memoized, unchanged, whileWatched } from "../live-query.ts";
import type { Lists, OpenList } from "./lists.ts";
import type { ClientRecord } from "./records.ts";
import { byStart, covers, type Scope } from "./scope.ts";
import type { ShownRecord, Store } from "./store.ts";

/** A list as it is shown. */
export interface ListView<Item> {
  readonly items: readonly Item[];
  /** Whether all of it was read. Before that, there may be more. */
  readonly isLoaded: boolean;
  /** What keeps it from being read. Null if nothing does. */
  readonly error: RequestError | null;
}

/** The records of a scope. They are read, and followed, as long as somebody has subscribed. */
export function listQuery<R extends ClientRecord>(
  { store, lists }: { readonly store: Store; readonly lists: Lists },
  scope: Scope,
  isAmong: (record: R) => boolean,
): LiveQuery<ListView<ShownRecord<R>>> {
  let open: OpenList | undefined;
  let changes = 0;

  const view = memoized<ListView<ShownRecord<R>>>(
    () => `${store.version()} ${changes} ${!open}`,
    (before) => {
      const found = [...store.shown().values()].filter(
        (record) => covers(scope, record) && isAmong(record as unknown as R),
      );
      const items = unchanged(before?.items, found.sort(byStart) as unknown as readonly ShownRecord<R>[]);
      const [isLoaded, error] = [open?.isLoaded() === true && store.hasBegun(), open?.error() ?? null];
      const isSame = before?.items === items && before.isLoaded === isLoaded && before.error === error;
      return isSame ? before : { items, isLoaded, error };
    },
  );

  return {
    get: view,
    subscribe: whileWatched((tell) => {
      const opened = lists.open(scope);
      open = opened;
      const listen = () => {
        changes++;
        tell();
      };
      const ends = [store.subscribe(tell), lists.subscribe(listen), opened.release];
      return () => {
        open = undefined;
        for (const end of ends) end();
      };
    }),
  };
}
