import type { ShownEntry } from "../calls/calls.ts";
import { isRequestError, type RequestError } from "../calls/request-error.ts";
import type { Send } from "../calls/send.ts";
import type { Environment } from "../environment.ts";
import { createListeners } from "../listeners.ts";
import type { Lists } from "../store/lists.ts";
import type { Store } from "../store/store.ts";
import type { Pauses } from "../tasks/pauses.ts";
import type { ConnectionListener } from "./connection.ts";
import type { ConnectionName, ConnectionState } from "./connection-state.ts";

/** Where this page stands in the feed, and how it got there. */
export interface Feed extends ConnectionListener {
  readonly get: () => ConnectionState;
  /** How old what is shown may be, in milliseconds. Null before anything is shown. */
  readonly ageMs: () => number | null;
  readonly subscribe: (listener: () => void) => () => void;
  /** Takes entries without moving on: what is before them may be missing. */
  readonly apply: (entries: readonly ShownEntry[]) => void;
  readonly close: () => void;
}

interface FeedOptions {
  readonly store: Store;
  readonly lists: Lists;
  readonly send: Send;
  readonly pauses: Pauses;
  readonly environment: Environment;
  /** Told what has come into the store, and an empty array once everything has been read anew. */
  readonly onNews: (entries: readonly ShownEntry[]) => void;
}

export function createFeed({ store, lists, send, pauses, environment, onNews }: FeedOptions): Feed {
  const listeners = createListeners();
  let cursor: string | undefined;
  let beginning: Promise<void> | undefined;
  let isReading = false;
  let isClosed = false;
  let until: number | undefined;
  let [name, error]: [ConnectionName, RequestError | null] = ["reconnecting", null];
  let shown: ConnectionState | undefined;

  function changed(): void {
    shown = undefined;
    listeners.tell();
  }

  function apply(entries: readonly ShownEntry[]): void {
    if (entries.length === 0) return;
    store.apply(entries);
    onNews(entries);
  }

  async function begin(): Promise<void> {
    store.beginAnew();
    const generation = store.generation();
    isReading = true;
    const asked = environment.elapsed();
    const page = await send("changes", { after: "end", limit: 1 });
    if (generation !== store.generation()) return;
    cursor = page.cursor as string;
    lists.begin();
    void readLists(generation, asked);
  }

  /** What the feed brings meanwhile is applied to what is read so far, and once more to each list that was read. */
  async function readLists(generation: number, asked: number): Promise<void> {
    const isCurrent = () => generation === store.generation() && !isClosed;
    for (let failures = 1; isCurrent(); failures++) {
      try {
        await lists.readAll();
        if (!isCurrent()) return;
        [isReading, until] = [false, asked];
        store.completeAnew();
        changed();
        return onNews([]);
      } catch (thrown) {
        if (!isRequestError(thrown)) throw thrown;
        error = thrown;
        changed();
        await pauses.afterFailure(failures, thrown);
      }
    }
  }

  return {
    get() {
      shown ??= { state: store.hasBegun() ? name : "reconnecting", asOf: asOfDate(), error };
      return shown;
    },
    ageMs: () => (until === undefined ? null : Math.max(0, environment.elapsed() - until)),
    subscribe: listeners.subscribe,
    cursor: () => cursor,
    async begin() {
      if (cursor !== undefined) return;
      beginning ??= begin().finally(() => {
        beginning = undefined;
      });
      await beginning;
    },
    apply,
    news(entries, next) {
      apply(entries);
      cursor = next;
    },
    reset() {
      cursor = undefined;
      store.beginAnew();
    },
    state(next, problem) {
      if (name === next && error === problem) return;
      [name, error] = [next, problem];
      changed();
    },
    current(moment) {
      if (!isReading) until = Math.max(moment, until ?? 0);
    },
    close() {
      isClosed = true;
      listeners.clear();
    },
  };

  function asOfDate(): Date | null {
    return until === undefined ? null : new Date(environment.now() - (environment.elapsed() - until));
  }
}
