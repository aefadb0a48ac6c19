import type { TimeRange } from "../../model/time-range.ts";
import { type ZoneClock, zoneClock } from "../../model/zone-clock.ts";
import type { AllowsTime, ByTimes, PlaceOfSlot, TakenTime, TakenTimes, Times } from "../../rules/policies/by-times.ts";
import { surelyWhole } from "../sight/survey.ts";
import { ProviderRows } from "./provider-rows.ts";
import type { AllowsRow } from "./search.ts";
import { isTakenRow, lengthOf, placeOf } from "./slot-columns.ts";
import type { SlotTable } from "./slot-table.ts";
import type { WindowSlots } from "./window-slots.ts";

/** How policies decide in one search. */
export interface RowsAllowed {
  readonly allows: AllowsRow;
  /** The same of a time of which there may be no row. With an id, of the slot that has it. */
  readonly allowsTime: (time: PlaceOfSlot & TimeRange & { readonly id?: string }) => boolean;
  /** Whether there was a slot with more around it than a command can be sure to read. */
  readonly isUndecided: () => boolean;
  /** How many slots were decided about. */
  readonly decided: () => number;
}

/** What the policies decide by. */
export interface Deciding {
  readonly policies: readonly ByTimes[];
  /** How far they look around a slot of its provider, in milliseconds. Undefined if none does. */
  readonly near: { readonly beforeMs: number; readonly afterMs: number } | undefined;
}

/** Lets the policies decide about rows, by what is held of the slots around them. */
export function allowedRows(
  { table, zones }: WindowSlots,
  { policies, near }: Deciding,
  search: Parameters<ByTimes>[0],
): RowsAllowed {
  const { columns } = table;
  const prepared = policies.map((byTimes) => byTimes(search));
  const neighbourhoods = new Map<ProviderRows, Neighbourhood>();
  const places: (Located | undefined)[] = [];
  const zoneOf = ({ scheduleId }: PlaceOfSlot) => zoneClock(zones.get(scheduleId) ?? "UTC");
  /** Of those that have no rows: nothing of theirs is taken. */
  const idle = new Map<string, ProviderRows>();
  let isUndecided = false;
  let decided = 0;

  function locate(row: number): Located {
    const number = placeOf(columns, row);
    const known = places[number];
    if (known !== undefined) return known;
    const place = table.places[number] as PlaceOfSlot;
    const located = { place, zone: zoneOf(place) };
    places[number] = located;
    return located;
  }

  function neighbourhoodOf(provider: ProviderRows): Neighbourhood {
    const known = neighbourhoods.get(provider);
    if (known !== undefined) return known;
    const made = new Neighbourhood(table, provider, search.now);
    neighbourhoods.set(provider, made);
    return made;
  }

  function rowsOf(providerId: string): ProviderRows {
    const rows = table.providers.get(providerId) ?? idle.get(providerId) ?? new ProviderRows(providerId);
    if (rows.size === 0) idle.set(providerId, rows);
    return rows;
  }

  function decide(
    provider: ProviderRows,
    { at, row }: Pick<Neighbourhood, "at" | "row">,
    { start, end }: Times,
    { place, zone }: Located,
  ): boolean {
    decided += 1;
    const taken = neighbourhoodOf(provider);
    if (near !== undefined && taken.isCrowded(at, start - near.beforeMs, end + near.afterMs)) {
      isUndecided = true;
      return false;
    }
    taken.at = at;
    taken.row = row;
    return allowedByAll(prepared, { start, end, place, zone, taken });
  }

  return {
    isUndecided: () => isUndecided,
    decided: () => decided,
    allows(provider, at, row) {
      const start = columns.start[row] as number;
      return decide(provider, { at, row }, { start, end: start + lengthOf(columns, row) }, locate(row));
    },
    allowsTime(slot) {
      const provider = rowsOf(slot.providerId);
      const [start, end] = [slot.start.getTime(), slot.end.getTime()];
      const own = { at: provider.firstFrom(start), row: slot.id === undefined ? noRow : table.rowOf(slot.id) };
      return decide(provider, own, { start, end }, { place: slot, zone: zoneOf(slot) });
    },
  };
}

/** Who refuses one slot often refuses the next one, and is then asked first: the order makes no difference otherwise. */
function allowedByAll(prepared: AllowsTime[], offered: Parameters<AllowsTime>[0]): boolean {
  for (let index = 0; index < prepared.length; index++) {
    const allows = prepared[index] as AllowsTime;
    if (allows(offered)) continue;
    prepared[index] = prepared[0] as AllowsTime;
    prepared[0] = allows;
    return false;
  }
  return true;
}

interface Located {
  readonly place: PlaceOfSlot;
  readonly zone: ZoneClock;
}

const noRow = -1;

/** A class: one with closures takes twice as long to make, and each search makes one for each provider. */
class Neighbourhood implements TakenTimes {
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
    this.#one = { start: 0, end: 0, appointment: 0, place: { scheduleId: "", providerId: "", facilityId: "" } };
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

const booked = 3;
