import { isComputedId } from "../../model/computed-id.ts";
import type { SlotStatus } from "../../model/slot.ts";

/** The states as numbers. A row that is not in use has none of them. */
export const statusNumbers: Readonly<Record<SlotStatus, number>> = {
  available: 1,
  held: 2,
  booked: 3,
  blocked: 4,
  withdrawn: 5,
};

/** Held, and made of a computed opening: when its hold ends, it counts as withdrawn, and never as open. */
const heldComputed = 6;

/** The number of a state. Of held slots, the id tells what becomes of them. */
export const statusNumberOf = (status: SlotStatus, id: string): number =>
  status === "held" && isComputedId(id) ? heldComputed : statusNumbers[status];

const statusNames: Readonly<Record<number, SlotStatus>> = {
  ...Object.fromEntries(Object.entries(statusNumbers).map(([name, number]) => [number, name])),
  [heldComputed]: "held",
};

/** The state of the slot of a row, as it is stored. */
export const statusOf = ({ status }: SlotColumns, row: number) => statusNames[status[row] as number] as SlotStatus;

/** What is held of the slots, a column for each field and a row for each slot: 45 bytes, and the id. */
export interface SlotColumns {
  /** Milliseconds since 1970. */
  start: Float64Array;
  /** When the hold is over, of a held slot. */
  heldUntil: Float64Array;
  /**
   * Four numbers of each slot, which an answer needs together: one access to memory brings all of them. `rowFacts` has
   * their places.
   */
  facts: Uint32Array;
  /** A number made of the appointment's id, of a booked slot. 0 of all others. */
  appointment: Float64Array;
  status: Uint8Array;
  seat: Uint16Array;
}

/** How many facts a row has. */
export const factsPerRow = 4;

/** Where the facts of a row are, from the first one on. */
export const rowFacts = {
  /** From start to end, in milliseconds. No slot is longer than 31 days, so that it fits. */
  length: 0,
  /** The number of the slot's place. */
  place: 1,
  version: 2,
  /** Of two slots that start together, the one with the lower number has the lower id. 0 if the number is not known. */
  rank: 3,
} as const;

// A function for each fact: one that gets its name looks the name up each time, which took a third of a search.

/** From start to end, in milliseconds. */
export const lengthOf = ({ facts }: SlotColumns, row: number) => facts[row * factsPerRow + rowFacts.length] as number;

/** The number of the slot's place. */
export const placeOf = ({ facts }: SlotColumns, row: number) => facts[row * factsPerRow + rowFacts.place] as number;

export const versionOf = ({ facts }: SlotColumns, row: number) => facts[row * factsPerRow + rowFacts.version] as number;

/** Of two slots that start together, the one with the lower number has the lower id. 0 if the number is not known. */
export const rankOf = ({ facts }: SlotColumns, row: number) => facts[row * factsPerRow + rowFacts.rank] as number;

export function createColumns(size: number): SlotColumns {
  return {
    start: new Float64Array(size),
    heldUntil: new Float64Array(size),
    facts: new Uint32Array(size * factsPerRow),
    appointment: new Float64Array(size),
    status: new Uint8Array(size),
    seat: new Uint16Array(size),
  };
}

/** Moves the columns to longer or shorter arrays. */
export function resizeColumns(columns: SlotColumns, size: number): void {
  const moved = createColumns(size);
  for (const name of Object.keys(moved) as (keyof SlotColumns)[]) {
    moved[name].set(columns[name].subarray(0, moved[name].length) as never);
    columns[name] = moved[name] as never;
  }
}

/** Whether the slot of a row is booked, or held by a hold that has not expired at `now`. */
export function isTakenRow({ status, heldUntil }: SlotColumns, row: number, now: number): boolean {
  const state = status[row] as number;
  return state === 3 || ((state === 2 || state === heldComputed) && (heldUntil[row] as number) > now);
}

/** Whether the slot of a row can be booked at `now`: a hold ends by the clock. */
export function isOpenRow({ status, heldUntil }: SlotColumns, row: number, now: number): boolean {
  const state = status[row] as number;
  return state === 1 || (state === 2 && (heldUntil[row] as number) <= now);
}

/** Whether the slot of a row counts as withdrawn at `now`, because it was made for a hold that has ended. */
export const isLapsedRow = ({ status, heldUntil }: SlotColumns, row: number, now: number): boolean =>
  status[row] === heldComputed && (heldUntil[row] as number) <= now;
