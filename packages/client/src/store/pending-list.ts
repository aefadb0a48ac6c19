import type { ShownEntry } from "../calls/calls.ts";
import type { RequestError } from "../calls/request-error.ts";
import type { Base } from "./base.ts";
import { effectOf } from "./effects.ts";
import { entryKey, type StoreEntry } from "./entries.ts";
import type { CommandUnderWay, PendingCommand } from "./pending.ts";
import { appointmentKey, asOf, type ClientRecord, type Key, keyOf, type Seen, slotKey } from "./records.ts";

interface Item {
  command: CommandUnderWay;
  /** The records that the feed has brought with this very command, so that its effect on them is in the base. */
  inBase: ReadonlySet<Key>;
  /** The same of the base that is being made anew. */
  inFresh: ReadonlySet<Key>;
  /** What the base has to reach before it can go. Undefined until it is answered. */
  versions: ReadonlyMap<Key, number> | undefined;
}

/** The commands that are shown before the base has what they did, in the order in which they were given. */
export interface PendingList {
  readonly commands: () => readonly CommandUnderWay[];
  readonly add: (command: PendingCommand) => void;
  /** An attempt has failed, and there will be another one. */
  readonly fail: (key: string, error: RequestError, at: number) => void;
  readonly remove: (key: string) => void;
  /** It was answered: it stays until the base has these versions. */
  readonly settle: (key: string, versions: ReadonlyMap<Key, number>) => void;
  /** Lets go of what is answered and in the base. */
  readonly sweep: (base: Base) => void;
  /** The base was made anew, from reads that are later than all that was answered: that is let go of. */
  readonly moveToFresh: () => void;
  /** An entry has come into the base that is shown, or into the one that is being made anew. */
  readonly note: (entry: StoreEntry, into: "inBase" | "inFresh") => void;
  /** What the commands make of the base. */
  readonly replay: (base: Base, now: number) => ReadonlyMap<Key, ClientRecord>;
}

export function createPendingList(): PendingList {
  let items: readonly Item[] = [];
  const of = (key: string) => items.filter(({ command }) => command.key === key);
  return {
    commands: () => items.map(({ command }) => command),
    add(command) {
      if (of(command.key).length > 0) return;
      const fresh = { ...command, attempts: 0, failingSince: null, error: null };
      items = [...items, { command: fresh, inBase: none, inFresh: none, versions: undefined }].sort(
        (a, b) => a.command.order - b.command.order,
      );
    },
    fail(key, error, at) {
      for (const item of of(key)) {
        const { attempts, failingSince } = item.command;
        item.command = { ...item.command, attempts: attempts + 1, failingSince: failingSince ?? at, error };
      }
    },
    remove(key) {
      items = items.filter(({ command }) => command.key !== key);
    },
    settle(key, versions) {
      for (const item of of(key)) item.versions = versions;
    },
    sweep(base) {
      items = items.filter(({ versions }) => !versions || !isReached(base, versions));
    },
    moveToFresh() {
      items = items.filter(({ versions }) => !versions);
      for (const item of items) [item.inBase, item.inFresh] = [item.inFresh, none];
    },
    note(entry, into) {
      for (const item of items.filter(({ command }) => isBy(entry, command))) {
        item[into] = new Set([...item[into], entryKey(entry)]);
      }
    },
    replay(base, now) {
      const shown = new Map<Key, ClientRecord>();
      for (const item of items) {
        for (const record of effectOf(item.command, seenIn(base, shown, now), now)) {
          if (!item.inBase.has(keyOf(record))) shown.set(keyOf(record), record);
        }
      }
      return shown;
    },
  };
}

const none: ReadonlySet<Key> = new Set();

function isReached(base: Base, versions: ReadonlyMap<Key, number>): boolean {
  return [...versions].every(([key, version]) => (base.recordOf(key)?.version ?? 0) >= version);
}

/** The id under which a command took effect is its key, alone or with what tells actors apart. It may be hidden. */
function isBy({ commandId }: ShownEntry, { key }: PendingCommand): boolean {
  return commandId !== null && (commandId === key || commandId.startsWith(`${key}@`));
}

function seenIn(base: Base, shown: ReadonlyMap<Key, ClientRecord>, now: number): Seen {
  const get = (key: Key) => {
    const record = shown.get(key) ?? base.get(key);
    return record && asOf(record, now);
  };
  return {
    slot: (id) => get(slotKey(id)) as ReturnType<Seen["slot"]>,
    appointment: (id) => get(appointmentKey(id)) as ReturnType<Seen["appointment"]>,
  };
}
