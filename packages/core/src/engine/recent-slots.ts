import { copyOf } from "../model/plain-json.ts";
import type { RecordKey, StoredRecord } from "../model/record.ts";
import type { Slot } from "../model/slot.ts";
import type { Clock } from "./clock.ts";

/** What an engine remembers of the slots that it read or wrote, those aside that are booked or blocked. */
export interface RememberOptions {
  /** Slots at most. Default 10 000, less than 10 MB. 0 remembers none: every command reads first. */
  readonly slots: number;
  /** For how many milliseconds. Default 60 000. */
  readonly forMs: number;
}

/**
 * Slots as they were a short while ago, when they could be had. Whoever decides on them learns from the commit whether
 * they still are the same; nothing else may rest on them.
 */
export interface RecentSlots {
  readonly note: (records: readonly (StoredRecord | undefined)[]) => void;
  /** Copies of all of them, in the order of the keys; undefined if one is not known. */
  readonly recall: (keys: readonly RecordKey[]) => readonly Slot[] | undefined;
  readonly forget: (keys: readonly RecordKey[]) => void;
  readonly forgetAll: () => void;
}

export function createRecentSlots({ slots: most, forMs }: RememberOptions, clock: Clock): RecentSlots {
  /** By their ids, the least recently noted first. */
  const noted = new Map<string, { readonly slot: Slot; readonly at: number }>();

  function noteSlot(slot: Slot, at: number): void {
    const known = noted.get(slot.id);
    // A slow read may come after what was written meanwhile.
    if (known !== undefined && known.slot.version > slot.version) return;
    noted.delete(slot.id);
    // A copy: the caller may do with the slot what it likes.
    if (slot.status === "available" || slot.status === "held") noted.set(slot.id, { slot: copyOf(slot), at });
  }

  return {
    note(records) {
      const at = clock.now().getTime();
      for (const record of records) if (record?.kind === "slot") noteSlot(record, at);
      for (const id of noted.keys()) {
        if (noted.size <= most) return;
        noted.delete(id);
      }
    },
    recall(keys) {
      const oldest = clock.now().getTime() - forMs;
      const found: Slot[] = [];
      for (const { kind, id } of keys) {
        const known = noted.get(id);
        if (kind !== "slot" || known === undefined || known.at < oldest) return undefined;
        found.push(known.slot);
      }
      return found.map(copyOf);
    },
    forget(keys) {
      for (const { id } of keys) noted.delete(id);
    },
    forgetAll: () => noted.clear(),
  };
}
