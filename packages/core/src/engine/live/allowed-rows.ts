import type { TimeRange } from "../../model/time-range.ts";
import { type ZoneClock, zoneClock } from "../../model/zone-clock.ts";
import type { AllowsTime, ByTimes, PlaceOfSlot, Times } from "../../rules/policies/by-times.ts";
import { Neighbourhood, noRow } from "./neighbourhood.ts";
import { ProviderRows } from "./provider-rows.ts";
import type { AllowsRow } from "./search.ts";
import { lengthOf, placeOf } from "./slot-columns.ts";
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
  const { locate, zoneOf } = placesIn(table, zones);
  const rowsOf = rowsIn(table);
  const neighbourhoodOf = neighbourhoodsIn(table, search.now);
  let isUndecided = false;
  let decided = 0;

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
      const start = provider.starts[at] as number;
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

interface Located {
  readonly place: PlaceOfSlot;
  readonly zone: ZoneClock;
}

/** Where rows are, each place looked up once. */
function placesIn({ columns, places }: SlotTable, zones: WindowSlots["zones"]) {
  const located: (Located | undefined)[] = [];
  const zoneOf = ({ scheduleId }: PlaceOfSlot) => zoneClock(zones.get(scheduleId) ?? "UTC");

  function locate(row: number): Located {
    const number = placeOf(columns, row);
    const known = located[number];
    if (known !== undefined) return known;
    const place = places[number] as PlaceOfSlot;
    const made = { place, zone: zoneOf(place) };
    located[number] = made;
    return made;
  }

  return { locate, zoneOf };
}

/** What is taken of each provider, for one search. */
function neighbourhoodsIn(table: SlotTable, now: number): (provider: ProviderRows) => Neighbourhood {
  const neighbourhoods = new Map<ProviderRows, Neighbourhood>();
  return (provider) => {
    const known = neighbourhoods.get(provider);
    if (known !== undefined) return known;
    const made = new Neighbourhood(table, provider, now);
    neighbourhoods.set(provider, made);
    return made;
  };
}

/** The rows of each provider. Of those that have none, nothing is taken. */
function rowsIn(table: SlotTable): (providerId: string) => ProviderRows {
  const idle = new Map<string, ProviderRows>();
  return (providerId) => {
    const rows = table.providers.get(providerId) ?? idle.get(providerId) ?? new ProviderRows(providerId);
    if (rows.size === 0) idle.set(providerId, rows);
    return rows;
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
