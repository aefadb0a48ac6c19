import { limits } from "./limits.ts";
import type { SlotStatus } from "./slot.ts";
import type { TimeRange } from "./time-range.ts";

/** Which slots are wanted. All conditions must hold. A condition that is left out does not restrict. */
export interface SlotSearch {
  readonly providerIds?: readonly string[];
  readonly facilityId?: string;
  /** Found by its provider, who should be named too: a schedule by itself has no index. */
  readonly scheduleId?: string;
  /** Slots with a hold of this holder, as it is stored: whether it has expired is for `statuses` to say. */
  readonly holderId?: string;
  /** The status as it counts at the query's `asOf`: an expired hold is `available`, or `withdrawn` (see `SlotQuery.asOf`). */
  readonly statuses?: readonly SlotStatus[];
  /** `slot.start >= startFrom` */
  readonly startFrom?: Date;
  /** `slot.start < startBefore` */
  readonly startBefore?: Date;
  /** `slot.end > endAfter` */
  readonly endAfter?: Date;
}

/** No slot is longer than `limits.slotMs`, so one that reaches into a range starts at most that much earlier. */
function earliestStart(start: Date): Date {
  return new Date(start.getTime() - limits.slotMs);
}

/** The conditions on a slot's times for "it overlaps the range". */
export function overlapping({ start, end }: TimeRange): SlotSearch {
  return { startFrom: earliestStart(start), startBefore: end, endAfter: start };
}

/** The conditions on a slot's times for "it contains the range". */
export function containing({ start, end }: TimeRange): SlotSearch {
  return {
    startFrom: earliestStart(end),
    startBefore: new Date(start.getTime() + 1),
    endAfter: new Date(end.getTime() - 1),
  };
}
