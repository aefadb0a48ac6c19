import type { SlotStatus } from "../../model/slot.ts";

/** The states as numbers. A row that is not in use has none of them. */
export const statusNumbers: Readonly<Record<SlotStatus, number>> = { available: 1, held: 2, booked: 3, blocked: 4 };

/** What is held of the slots, a column for each field and a row for each slot: 31 bytes, and the id. */
export interface SlotColumns {
  /** Milliseconds since 1970. */
  start: Float64Array;
  /** From start to end, in milliseconds. No slot is longer than 31 days, so that it fits. */
  length: Uint32Array;
  /** When the hold is over, of a held slot. */
  heldUntil: Float64Array;
  version: Int32Array;
  /** The number of the slot's place. */
  place: Uint32Array;
  seat: Uint16Array;
  status: Uint8Array;
}

export function createColumns(size: number): SlotColumns {
  return {
    start: new Float64Array(size),
    length: new Uint32Array(size),
    heldUntil: new Float64Array(size),
    version: new Int32Array(size),
    place: new Uint32Array(size),
    seat: new Uint16Array(size),
    status: new Uint8Array(size),
  };
}

/** Moves the columns to longer or shorter arrays. */
export function resizeColumns(columns: SlotColumns, size: number): void {
  const moved = createColumns(size);
  for (const name of Object.keys(moved) as (keyof SlotColumns)[]) {
    moved[name].set(columns[name].subarray(0, size) as never);
    columns[name] = moved[name] as never;
  }
}

/** Whether the slot of a row can be booked at `now`: a hold ends by the clock. */
export function isOpenRow({ status, heldUntil }: SlotColumns, row: number, now: number): boolean {
  const state = status[row] as number;
  return state === 1 || (state === 2 && (heldUntil[row] as number) <= now);
}
