import type { OpenDay, OpenSlot } from "./open-slot.ts";

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

/** How many free times of a length there are on each day. */
export interface TimesByDay {
  /** The days that have a free time, in their order. */
  readonly days: readonly OpenDay[];
  /**
   * From where on nothing was counted, because there is too much for one call. The next one goes on with it as `from`, and
   * what both say of the day in between is added up. Null if all was counted.
   */
  readonly nextFrom: Date | null;
}

/** The first free times. */
export interface NextTimes {
  /** In the order of their starts. */
  readonly items: readonly FreeTime[];
}
