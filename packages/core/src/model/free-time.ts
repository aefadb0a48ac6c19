import type { OpenSlot } from "./open-slot.ts";

/**
 * A time on offer: a free slot that is stored, or a computed opening, which has no slot until somebody books it. `book` takes
 * either by its provider, facility, start and end.
 */
export interface FreeTime extends Omit<OpenSlot, "slotId" | "version"> {
  /** The slot to book: of a group, its free seat with the lowest id. Null for a computed opening. */
  readonly slotId: string | null;
  /** The version of the slot to book. Null for a computed opening. */
  readonly version: number | null;
}
