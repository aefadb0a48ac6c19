import { isRequestError, type RequestError } from "../calls/request-error.ts";
import type { Send } from "../calls/send.ts";
import type { Environment } from "../environment.ts";
import { createListeners } from "../listeners.ts";
import type { Pauses } from "../tasks/pauses.ts";
import type { ClientRecord } from "./records.ts";
import { covers, queryOf, type Scope } from "./scope.ts";
import type { Store } from "./store.ts";

/** A list that somebody looks at. */
export interface OpenList {
  /** Whether all of its pages were read once. */
  readonly isLoaded: () => boolean;
  /** What keeps it from being read. Null if nothing does. */
  readonly error: () => RequestError | null;
  /** Nobody looks at it through this any more. To be called once. */
  readonly release: () => void;
}

export interface Lists {
  readonly open: (scope: Scope) => OpenList;
  readonly isWanted: (record: ClientRecord) => boolean;
  /**
   * Reads all lists for a feed that begins at a cursor that was taken just now. Resolves when they are read.
   * @throws RequestError
   */
  readonly readAll: () => Promise<void>;
  /** The feed is followed from here on: a list that is opened is read at once. */
  readonly begin: () => void;
  readonly subscribe: (listener: () => void) => () => void;
  readonly close: () => void;
}

interface ListsOptions {
  readonly store: () => Store;
  readonly send: Send;
  readonly pauses: Pauses;
  readonly environment: Environment;
  /** How long a list that nobody looks at any more is still followed, in milliseconds. */
  readonly keepMs: number;
}

interface Kept {
  readonly scope: Scope;
  lookers: number;
  isLoaded: boolean;
  error: RequestError | null;
  cancelRelease: () => void;
}

export function createLists({ store, send, pauses, environment, keepMs }: ListsOptions): Lists {
  const lists = new Map<string, Kept>();
  const listeners = createListeners();
  const closing = new AbortController();
  let hasBegun = false;

  const changed = listeners.tell;

  /** All pages. What the feed brings meanwhile is applied once more, since a page may be older than that. */
  async function read(list: Kept): Promise<void> {
    const generation = store().generation();
    const heeded = store().heed();
    try {
      for (let cursor: unknown; cursor !== null; ) {
        const name = list.scope.kind === "slot" ? "listSlots" : "listAppointments";
        const page = await send(name, { ...queryOf(list.scope), cursor }, closing.signal);
        // The feed has begun anew, and all lists are read again for that.
        if (generation !== store().generation()) return;
        store().receive(page.items as readonly ClientRecord[]);
        cursor = page.nextCursor ?? null;
      }
    } finally {
      heeded.end();
    }
    [list.isLoaded, list.error] = [true, null];
    changed();
  }

  async function readPatiently(list: Kept): Promise<void> {
    const generation = store().generation();
    const isFollowed = () => lists.get(nameOf(list.scope)) === list && generation === store().generation();
    for (let failures = 1; isFollowed() && !closing.signal.aborted; failures++) {
      const problem = await readOnce(list);
      if (problem === null) return;
      list.error = problem;
      changed();
      await pauses.afterFailure(failures, problem);
    }
  }

  /** Gives the error that may pass, if there is one. */
  async function readOnce(list: Kept): Promise<RequestError | null> {
    try {
      await read(list);
      return null;
    } catch (error) {
      if (!isRequestError(error)) throw error;
      if (!isLasting(error)) return error;
      list.error = error;
      changed();
      return null;
    }
  }

  function release(list: Kept): void {
    list.lookers--;
    if (list.lookers > 0) return;
    // A screen that is drawn anew looks away for a moment.
    list.cancelRelease = environment.setTimer(() => lists.delete(nameOf(list.scope)), keepMs);
  }

  return {
    open(scope) {
      const known = lists.get(nameOf(scope));
      const list = known ?? { scope, lookers: 0, isLoaded: false, error: null, cancelRelease: () => {} };
      lists.set(nameOf(scope), list);
      list.cancelRelease();
      list.lookers++;
      const isToBeRead = known === undefined || (isLasting(known.error) && known.lookers === 1);
      if (isToBeRead && hasBegun) void readPatiently(list);
      return {
        isLoaded: () => list.isLoaded,
        error: () => list.error,
        release: () => release(list),
      };
    },
    isWanted: (record) => [...lists.values()].some(({ scope }) => covers(scope, record)),
    async readAll() {
      for (const problem of await Promise.all([...lists.values()].map(readOnce))) if (problem) throw problem;
    },
    begin() {
      hasBegun = true;
    },
    subscribe: listeners.subscribe,
    close() {
      closing.abort();
      for (const { cancelRelease } of lists.values()) cancelRelease();
    },
  };
}

/** The list was refused, and would be again: it is read when somebody asks for it anew. */
function isLasting(error: RequestError | null): boolean {
  return error !== null && !error.transient && error.status >= 400 && error.status < 500 && error.status !== 401;
}

const nameOf = ({ kind, from, to, providerIds, facilityId, subjectId }: Scope): string =>
  JSON.stringify([kind, String(from), String(to), providerIds, facilityId, subjectId]);
