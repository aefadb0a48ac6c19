import { type ErrorDetails, type RangeProblem, type Refusal, refuse } from "../errors/index.ts";
import { limits } from "../model/limits.ts";
import type { Slot } from "../model/slot.ts";
import { contains, durationMs, overlaps, type TimeRange } from "../model/time-range.ts";

const rangeProblems: Readonly<Record<RangeProblem, string>> = {
  ends_before_start: "it ends before it starts",
  empty: "it ends when it starts",
  too_long: `it is longer than ${limits.slotMs / 86_400_000} days`,
};

/** The refusal of a time range, by the position of its input if there were many. */
export function refuseForRange(reason: RangeProblem, { start, end }: TimeRange, index?: number) {
  const at = index === undefined ? {} : { index };
  return refuse("invalid_time_range", { start, end, reason, problem: rangeProblems[reason], ...at });
}

/** Refuses a range that does not end after it starts, or that is longer than any slot may be. */
export function refuseRange(range: TimeRange, index?: number): Refusal | undefined {
  const duration = durationMs(range);
  if (duration < 0) return refuseForRange("ends_before_start", range, index);
  if (duration === 0) return refuseForRange("empty", range, index);
  return duration > limits.slotMs ? refuseForRange("too_long", range, index) : undefined;
}

/** Refuses an appointment that does not lie within its slot. */
export function refuseMisfit(slot: Slot, wanted: TimeRange): Refusal | undefined {
  if (contains(slot, wanted)) return undefined;
  const { start, end } = wanted;
  return refuse("time_mismatch", { slotId: slot.id, slotStart: slot.start, slotEnd: slot.end, start, end });
}

/** What lies, or would lie, on a seat of a schedule. */
export interface Occupied extends TimeRange {
  readonly seat: number;
  /** Null for a slot that does not exist yet. */
  readonly slotId: string | null;
  /** The position of the input that the slot is created from. */
  readonly index?: number;
}

/**
 * Refuses `wanted` if one of them overlaps another one, or one of `existing` on the same seat. In the order of seat and
 * start, a slot that overlaps any overlaps the earlier one that reaches furthest: O(n log n).
 */
export function refuseOverlap(
  wanted: readonly Occupied[],
  existing: readonly Occupied[],
  about: OverlapAbout = {},
): Refusal | undefined {
  const fresh = new Set(wanted);
  const line = [...wanted, ...existing].sort((a, b) => a.seat - b.seat || a.start.getTime() - b.start.getTime());
  let furthest: Occupied | undefined;
  for (const next of line) {
    const before = furthest;
    if (before !== undefined && before.seat === next.seat && overlaps(before, next)) {
      // Two stored slots that overlap each other are reconcile's concern, not this caller's.
      if (fresh.has(next)) return overlapRefusal(next, before, about);
      if (fresh.has(before)) return overlapRefusal(before, next, about);
    }
    if (before === undefined || before.seat !== next.seat || next.end > before.end) furthest = next;
  }
  return undefined;
}

type OverlapAbout = Pick<ErrorDetails["slot_overlap"], "command">;

function overlapRefusal({ start, end, seat, index }: Occupied, conflict: Occupied, about: OverlapAbout): Refusal {
  return refuse("slot_overlap", {
    start,
    end,
    seat,
    conflictingSlotId: conflict.slotId,
    conflictingStart: conflict.start,
    conflictingEnd: conflict.end,
    ...(index === undefined ? {} : { index }),
    ...about,
  });
}
