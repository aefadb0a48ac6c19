import type { DayAt } from "../../model/zone-clock.ts";
import { groupsAmong, isWanted, type OpenFilter, sameStart } from "./open-groups.ts";
import type { ProviderRows } from "./provider-rows.ts";
import { placeOf, statusNumbers } from "./slot-columns.ts";
import type { SlotTable } from "./slot-table.ts";

/** Counts by day, from a first day on. Days count from 1970-01-01. */
export interface DayCounts {
  readonly firstDay: number;
  /** Open slots, a group slot counted once. */
  readonly open: Int32Array;
  /** Their free seats. */
  readonly seats: Int32Array;
}

export function noCounts(firstDay: number, days: number): DayCounts {
  return { firstDay, open: new Int32Array(days), seats: new Int32Array(days) };
}

/** What is counted, and in which zone the days of a place are. */
export interface Counting extends OpenFilter {
  /** That of the zones and the facility: counts of another name are other counts. */
  readonly name: string;
  readonly daysOf: (place: number) => DayAt;
}

export interface CountedRange {
  readonly from: number;
  readonly to: number;
}

/** What was counted of a provider, and for how long it holds. */
interface Kept {
  readonly name: string;
  readonly revision: number;
  /** Between these instants no hold ends, and none counts again. */
  readonly from: number;
  readonly until: number;
  /** Undefined if the provider has slots in several zones: their days do not end together. */
  readonly days: DayAt | undefined;
  readonly counts: DayCounts;
}

/** More than the longest day, on which the clocks go back. */
const dayAndMoreMs = 30 * 60 * 60 * 1000;

/**
 * Counts what is open by day. The days of a provider are counted when they are first asked for, and again after one of
 * its slots has changed or a hold has ended. Only the days at the two ends of a range are counted each time.
 */
export function createDayCounter(table: SlotTable) {
  const known = new WeakMap<ProviderRows, Kept>();
  const { columns } = table;

  function keptOf(provider: ProviderRows, counting: Counting): Kept {
    const { now, name } = counting;
    const kept = known.get(provider);
    const isSame = kept !== undefined && kept.name === name && kept.revision === provider.revision;
    if (isSame && kept.from <= now && now < kept.until) return kept;
    const counted = keep(provider, counting);
    known.set(provider, counted);
    return counted;
  }

  function keep(provider: ProviderRows, counting: Counting): Kept {
    const { rows, first, end, revision } = provider;
    const { now, name, daysOf } = counting;
    const dayAt = (at: number) => daysOf(placeOf(columns, rows[at] as number))(startAt(provider, at));
    // Zones are up to 26 hours apart.
    const counts = noCounts(dayAt(first) - 2, dayAt(end - 1) - dayAt(first) + 5);
    let until = Number.POSITIVE_INFINITY;
    const days = new Set<DayAt>();
    for (let at = first; at < end; at++) {
      const row = rows[at] as number;
      days.add(daysOf(placeOf(columns, row)));
      const heldUntil = columns.heldUntil[row] as number;
      if (columns.status[row] === statusNumbers.held && heldUntil > now) until = Math.min(until, heldUntil);
    }
    count(provider, first, end, counting, counts);
    const [one] = days;
    return { name, revision, from: now, until, days: days.size === 1 ? one : undefined, counts };
  }

  const startAt = ({ starts }: ProviderRows, at: number) => starts[at] as number;

  /** Counts some rows of a provider: those of all days, or of one. */
  function count(
    provider: ProviderRows,
    from: number,
    to: number,
    counting: Counting,
    { firstDay, open, seats }: DayCounts,
    onlyDay?: number,
  ): void {
    for (let at = from; at < to; ) {
      const same = sameStart(provider, at);
      const rows = provider.rows.subarray(at, at + same);
      const isOne = same === 1;
      const groups = isOne ? [] : groupsAmong(table, rows, counting);
      const row = provider.rows[at] as number;
      const found =
        isOne && isWanted(table, row, counting) ? [{ row, seats: 1, start: startAt(provider, at) }] : groups;
      for (const group of found) {
        const day = counting.daysOf(placeOf(columns, group.row))(startAt(provider, at));
        if (onlyDay !== undefined && day !== onlyDay) continue;
        open[day - firstDay] = (open[day - firstDay] as number) + 1;
        seats[day - firstDay] = (seats[day - firstDay] as number) + group.seats;
      }
      at += same;
    }
  }

  return {
    /** Adds what is open of a provider within the range. */
    add(total: DayCounts, provider: ProviderRows, range: CountedRange, counting: Counting): void {
      const [first, end] = [provider.firstFrom(range.from), provider.firstFrom(range.to)];
      if (first >= end) return;
      const { days, counts } = keptOf(provider, counting);
      const [firstDay, lastDay] = [days?.(range.from) ?? 0, days?.(range.to - 1) ?? 0];
      if (days === undefined || firstDay === lastDay) {
        count(provider, first, end, counting, total);
        return;
      }
      // A day is cut if the provider has slots of it on both sides of the end of the range.
      const isFirstCut = first > provider.first && days(startAt(provider, first - 1)) === firstDay;
      const isLastCut = end < provider.end && days(startAt(provider, end)) === lastDay;
      addDays(total, counts, isFirstCut ? firstDay + 1 : firstDay, isLastCut ? lastDay : lastDay + 1);
      if (isFirstCut) {
        const afterFirst = Math.min(end, provider.firstFrom(range.from + dayAndMoreMs));
        count(provider, first, afterFirst, counting, total, firstDay);
      }
      if (isLastCut) {
        const beforeLast = Math.max(first, provider.firstFrom(range.to - dayAndMoreMs));
        count(provider, beforeLast, end, counting, total, lastDay);
      }
    },
  };
}

/** Adds the days from the first one on and before the last one. */
function addDays(total: DayCounts, counts: DayCounts, from: number, to: number): void {
  const first = Math.max(from, counts.firstDay);
  const end = Math.min(to, counts.firstDay + counts.open.length);
  for (let day = first; day < end; day++) {
    const [at, of] = [day - total.firstDay, day - counts.firstDay];
    total.open[at] = (total.open[at] as number) + (counts.open[of] as number);
    total.seats[at] = (total.seats[at] as number) + (counts.seats[of] as number);
  }
}
