import type { PlaceOfSlot, TakenTime, TakenTimes } from "../../rules/policies/by-times.ts";
import { surelyWhole } from "../sight/survey.ts";
import type { ProviderRows } from "./provider-rows.ts";
import { isTakenRow, lengthOf, placeOf } from "./slot-columns.ts";
import type { SlotTable } from "./slot-table.ts";

/** Of a time for which there is no slot. */
export const noRow = -1;

/** A class: one with closures takes twice as long to make, and each search makes one for each provider. */
export class Neighbourhood implements TakenTimes {
  /** Where the slot stands among the provider's rows that is asked about. */
  at = 0;
  /** Its row. A slot of the caller's own hold is held, and is not in its own way. */
  row = noRow;
  readonly #table: SlotTable;
  readonly #provider: ProviderRows;
  readonly #now: number;
  readonly #one: { -readonly [Field in keyof TakenTime]: TakenTime[Field] };

  constructor(table: SlotTable, provider: ProviderRows, now: number) {
    this.#table = table;
    this.#provider = provider;
    this.#now = now;
    this.#one = { start: 0, end: 0, appointment: 0, place: nowhere };
  }

  get key(): object {
    // What is worked out for a slot that is held must not count for others, of which it is in the way.
    return this.#isHeld() ? {} : this.#provider;
  }

  #isHeld(): boolean {
    return this.row !== noRow && isTakenRow(this.#table.columns, this.row, this.#now);
  }

  some(start: number, end: number, found: (one: TakenTime) => boolean): boolean {
    const { columns, places } = this.#table;
    const { rows, starts, end: last } = this.#provider;
    for (let at = this.#firstFrom(start - this.#provider.longest); at < last; at++) {
      const begin = starts[at] as number;
      if (begin >= end) return false;
      const row = rows[at] as number;
      if (row === this.row || !isTakenRow(columns, row, this.#now)) continue;
      const over = begin + lengthOf(columns, row);
      if (over <= start) continue;
      this.#one.start = begin;
      this.#one.end = over;
      this.#one.place = places[placeOf(columns, row)] as PlaceOfSlot;
      this.#one.appointment = columns.status[row] === booked ? (columns.appointment[row] as number) : 0;
      if (found(this.#one)) return true;
    }
    return false;
  }

  starting(start: number, end: number): number {
    const { rows, starts, end: last } = this.#provider;
    const { columns } = this.#table;
    let count = 0;
    for (let at = this.#firstFrom(start); at < last && (starts[at] as number) < end; at++) {
      const row = rows[at] as number;
      if (row !== this.row && isTakenRow(columns, row, this.#now)) count += 1;
    }
    return count;
  }

  /** Whether there may be more rows in a range around the slot than a command can be sure to read. */
  isCrowded(at: number, from: number, to: number): boolean {
    const { starts, first, end, size, longest } = this.#provider;
    if (size < surelyWhole) return false;
    const [before, after] = [at - surelyWhole / 2, at + surelyWhole / 2];
    return (
      (before >= first && (starts[before] as number) >= from - longest) ||
      (after < end && (starts[after] as number) < to)
    );
  }

  /** Policies look near the slot, so walking from there takes less than a search. */
  #firstFrom(time: number): number {
    const { starts, first, end } = this.#provider;
    let at = this.at;
    while (at > first && (starts[at - 1] as number) >= time) at -= 1;
    while (at < end && (starts[at] as number) < time) at += 1;
    return at;
  }
}

const nowhere: PlaceOfSlot = { scheduleId: "", providerId: "", facilityId: "" };
const booked = 3;
