import { copyOf } from "../model/plain-json.ts";
import type { RecordKey, StoredRecord } from "../model/record.ts";
import type { Slot } from "../model/slot.ts";

/** What an engine remembers of the free slots that it has read or written. */
export interface RememberOptions {
  /** Roughly how many slots, from 0, which remembers none. Default 10 000. */
  readonly slots: number;
  /** For how many milliseconds, from 0. Default 60 000. */
  readonly forMs: number;
}

/**
 * Slots that were available a short while ago. A decision that rests on them learns from the commit whether they are
 * still the same. Nothing else may rest on them.
 */
export interface RecentSlots {
  /** Notes what was there at this instant, or later. */
  readonly note: (records: readonly (StoredRecord | undefined)[], at: Date) => void;
  /** Copies of all of them, in the order of the keys; undefined if one is not known now. */
  readonly recall: (keys: readonly RecordKey[], now: Date) => readonly Slot[] | undefined;
  readonly forget: (keys: readonly RecordKey[]) => void;
  readonly forgetAll: () => void;
}

/**
 * An available slot, as a copy that takes little memory and time, because every list makes a hundred of them. Instants
 * are milliseconds since 1970, and an empty object is undefined.
 */
interface NotedSlot extends Omit<Slot, InstantField | "metadata">, Readonly<Record<InstantField, number>> {
  readonly metadata: Slot["metadata"] | undefined;
}

type InstantField = "start" | "end" | "createdAt" | "updatedAt";

interface Noted {
  readonly slot: NotedSlot;
  /** When it was seen in this state, in milliseconds since 1970. */
  readonly at: number;
}

/** The most metadata of a remembered slot, in characters of JSON. Objects take ten times as much memory. */
const mostMetadata = 200;

export function createRecentSlots({ slots: most, forMs }: RememberOptions): RecentSlots {
  // Two generations, the older of which goes as a whole. Finding the oldest entry of one map means passing all that
  // were deleted before it.
  let [current, previous] = [new Map<string, Noted>(), new Map<string, Noted>()];

  const known = (id: string) => current.get(id) ?? previous.get(id);

  function forgetOne(id: string): void {
    current.delete(id);
    previous.delete(id);
  }

  function noteSlot(slot: Slot, at: number): void {
    // A slow read may arrive after what was written meanwhile.
    if ((known(slot.id)?.slot.version ?? 0) > slot.version) return;
    const copy = slot.status === "available" ? notedSlot(slot) : undefined;
    if (copy === undefined) {
      forgetOne(slot.id);
      return;
    }
    if (current.size >= most / 2 && !current.has(slot.id)) [current, previous] = [new Map(), current];
    current.set(slot.id, { slot: copy, at });
  }

  return {
    note(records, at) {
      for (const record of records) if (record?.kind === "slot") noteSlot(record, at.getTime());
    },
    recall(keys, at) {
      const now = at.getTime();
      const found: Slot[] = [];
      for (const { kind, id } of keys) {
        const noted = kind === "slot" ? known(id) : undefined;
        // A clock may also be set back.
        if (noted === undefined || now - noted.at > forMs || noted.at > now) return undefined;
        found.push(slotOf(noted.slot));
      }
      return found;
    },
    forget(keys) {
      for (const { id } of keys) forgetOne(id);
    },
    forgetAll() {
      current.clear();
      previous.clear();
    },
  };
}

/** Undefined if it has too much metadata. */
function notedSlot(slot: Slot): NotedSlot | undefined {
  const metadata = isEmpty(slot.metadata) ? undefined : copyOf(slot.metadata);
  if (metadata !== undefined && JSON.stringify(metadata).length > mostMetadata) return undefined;
  return {
    ...slot,
    start: slot.start.getTime(),
    end: slot.end.getTime(),
    createdAt: slot.createdAt.getTime(),
    updatedAt: slot.updatedAt.getTime(),
    metadata,
  };
}

function isEmpty(metadata: Slot["metadata"]): boolean {
  for (const _ in metadata) return false;
  return true;
}

function slotOf(noted: NotedSlot): Slot {
  return {
    ...noted,
    start: new Date(noted.start),
    end: new Date(noted.end),
    createdAt: new Date(noted.createdAt),
    updatedAt: new Date(noted.updatedAt),
    metadata: copyOf(noted.metadata ?? {}),
  };
}
