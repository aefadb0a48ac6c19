import type { ShownEntry } from "../calls/calls.ts";
import type { RequestError } from "../calls/request-error.ts";
import { createListeners } from "../listeners.ts";
import { createWatch } from "../tasks/watch.ts";
import { type Base, createBase } from "./base.ts";
import { applyEntry, entryKey, isOfStore, type StoreEntry } from "./entries.ts";
import type { CommandUnderWay, PendingCommand } from "./pending.ts";
import { createPendingList } from "./pending-list.ts";
import { asOf, type ClientRecord, expiryOf, type Key, keyOf } from "./records.ts";
import { toldBy } from "./told.ts";

/** A record as a person sees it. */
export type ShownRecord<R extends ClientRecord = ClientRecord> = R & {
  /** Whether a command shows in it that the base does not have yet. Its version is then that of the base. */
  readonly isPending: boolean;
};

export interface StoreOptions {
  /** What time it is on the server. */
  readonly now: () => number;
  readonly setTimer: (work: () => void, ms: number) => () => void;
  /** Whether a record is among those that somebody looks at, so that it is kept when it is created. */
  readonly isWanted: (record: ClientRecord) => boolean;
  /** A record has to be read: the feed did not say what it is now. */
  readonly want: (key: Key) => void;
}

/** The records of the server as far as they are known, with the commands that are under way shown in them. */
export interface Store {
  /** Grows with every change of what is shown. */
  readonly version: () => number;
  readonly subscribe: (listener: () => void) => () => void;
  /** All records as they are shown now. */
  readonly shown: () => ReadonlyMap<Key, ShownRecord>;
  /** Whether anything was read to its end: before that, there may be much more than is shown. */
  readonly hasBegun: () => boolean;
  readonly pending: () => readonly CommandUnderWay[];
  /** Grows when the feed begins anew. What was asked for before then may be of a history that is gone. */
  readonly generation: () => number;
  /** Takes records of a list or a read that was begun in this generation. */
  readonly receive: (records: readonly ClientRecord[]) => void;
  /** Its version where lists and entries go, which may not be shown yet. Undefined if it is not there. */
  readonly versionOf: (key: Key) => number | undefined;
  readonly remove: (key: Key) => void;
  /** Takes entries of the feed, in their order. */
  readonly apply: (entries: readonly ShownEntry[]) => void;
  /** Keeps what the feed brings until `end`: a list that is being read may have older versions, and other records. */
  readonly heed: () => { readonly end: () => void };
  readonly add: (command: PendingCommand) => void;
  /** An attempt of a command has failed at this time, and there will be another one. */
  readonly fail: (command: PendingCommand, error: RequestError, at: number) => void;
  /** A command was answered with these records. */
  readonly settle: (command: PendingCommand, records: readonly ClientRecord[]) => void;
  /**
   * A command was answered by a request of before the feed began anew, and its records have been read since. Resolves when
   * that is shown.
   */
  readonly settleRead: (command: PendingCommand) => Promise<void>;
  /** A command was refused, or given up: it is taken back, and what a refusal says of a record counts at once. */
  readonly refuse: (command: PendingCommand, error: RequestError | undefined) => void;
  /** The feed begins anew: until `completeAnew`, lists and entries go into a base that is not shown yet. */
  readonly beginAnew: () => void;
  readonly completeAnew: () => void;
  readonly close: () => void;
}

export function createStore({ now, setTimer, isWanted, want }: StoreOptions): Store {
  const listeners = createListeners();
  const list = createPendingList();
  const heeding = new Set<ShownEntry[]>();
  const views = createViews();
  let base = createBase();
  let fresh: Base | undefined;
  let [generation, version] = [0, 0];
  let shown: ReadonlyMap<Key, ShownRecord> | undefined;
  /** A hold ends by the clock: what is shown changes without news. */
  const awaitExpiry = createWatch(setTimer, changed);
  const waiting: (() => void)[] = [];
  let hasBegun = false;

  const bases = (): readonly Base[] => (fresh ? [base, fresh] : [base]);

  function changed(): void {
    list.sweep(base);
    version++;
    shown = undefined;
    listeners.tell();
  }

  function look(): ReadonlyMap<Key, ShownRecord> {
    const at = now();
    const replayed = list.replay(base, at);
    const found = new Map<Key, ShownRecord>();
    let nextExpiry = Number.POSITIVE_INFINITY;
    for (const key of base.keys()) {
      const record = replayed.get(key) ?? asOf(base.get(key) as ClientRecord, at);
      nextExpiry = Math.min(nextExpiry, expiryOf(record));
      found.set(key, views.of(record, replayed.has(key)));
    }
    for (const [key, record] of replayed) found.set(key, views.of(record, true));
    awaitExpiry(nextExpiry - at);
    return found;
  }

  function applyTo(into: Base, entry: StoreEntry): void {
    const key = entryKey(entry);
    const applied = applyEntry(into.recordOf(key), entry);
    if (applied === "unreadable" || (applied === "unknown" && mayHaveCome(entry))) want(key);
    if (typeof applied !== "object") return;
    if (entry.version > 1 || isWanted(applied.record)) into.put(applied.record);
  }

  function apply(entries: readonly ShownEntry[]): void {
    for (const entry of entries.filter(isOfStore)) {
      list.note(entry, fresh ? "inFresh" : "inBase");
      applyTo(fresh ?? base, entry);
    }
    changed();
  }

  return {
    version: () => version,
    subscribe: listeners.subscribe,
    shown() {
      shown ??= look();
      return shown;
    },
    hasBegun: () => hasBegun,
    pending: list.commands,
    generation: () => generation,
    receive(records) {
      for (const record of records) (fresh ?? base).put(record);
      if (!fresh) changed();
    },
    versionOf: (key) => (fresh ?? base).recordOf(key)?.version,
    remove(key) {
      for (const from of bases()) from.remove(key);
      changed();
    },
    apply(entries) {
      for (const kept of heeding) kept.push(...entries);
      apply(entries);
    },
    heed() {
      const kept: ShownEntry[] = [];
      heeding.add(kept);
      return {
        end() {
          if (heeding.delete(kept)) apply(kept);
        },
      };
    },
    add(command) {
      list.add(command);
      changed();
    },
    fail(command, error, at) {
      list.fail(command.key, error, at);
      changed();
    },
    settle(command, records) {
      for (const into of bases()) for (const record of records) into.put(record);
      list.settle(command.key, new Map(records.map((record) => [keyOf(record), record.version])));
      changed();
    },
    settleRead(command) {
      // What was read is in the base that is not shown yet: until it is, the command shows it.
      list.settle(command.key, fresh ? untilAnew : new Map());
      changed();
      return fresh ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve();
    },
    refuse(command, error) {
      list.remove(command.key);
      const told = error ? toldBy(error) : {};
      for (const into of bases()) if (told.news) into.tell(told.news.key, told.news);
      for (const key of told.doubtful ?? []) want(key);
      changed();
    },
    beginAnew() {
      generation++;
      fresh = createBase();
      // What came before is of a history that is gone.
      for (const kept of heeding) kept.length = 0;
    },
    completeAnew() {
      base = fresh ?? base;
      hasBegun = true;
      fresh = undefined;
      list.moveToFresh();
      changed();
      for (const go of waiting.splice(0)) go();
    },
    close() {
      awaitExpiry();
      listeners.clear();
    },
  };
}

/** No base has it, so what waits for it goes when the next one is shown. */
const untilAnew: ReadonlyMap<Key, number> = new Map([["slot:", Number.POSITIVE_INFINITY]]);

/** An appointment that was elsewhere may be among the wanted ones now, if it was moved. Slots never move. */
function mayHaveCome({ recordKind, changes }: ShownEntry): boolean {
  return recordKind === "appointment" && (changes === null || "start" in changes || "providerIds" in changes);
}

/** The same object for the same record, so that a screen can tell what has not changed. */
function createViews() {
  const views = new WeakMap<ClientRecord, ShownRecord>();
  return {
    of(record: ClientRecord, isPending: boolean): ShownRecord {
      if (isPending) return { ...record, isPending };
      const view = views.get(record) ?? { ...record, isPending };
      views.set(record, view);
      return view;
    },
  };
}
