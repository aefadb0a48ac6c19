import { type BlockedFor, type BusyMark, busyMarkOf } from "../../model/busy.ts";
import type { Slot } from "../../model/slot.ts";
import type { TimeRange } from "../../model/time-range.ts";

/** The slot of a busy time, with its mark. */
export interface Marked {
  readonly slot: Slot;
  readonly mark: BusyMark;
}

export const timeOf = ({ start, end }: TimeRange): string => `${start.getTime()} ${end.getTime()}`;

export function markedAmong(slots: readonly Slot[]): readonly Marked[] {
  return slots.flatMap((slot) => {
    const mark = busyMarkOf(slot);
    return mark === undefined ? [] : [{ slot, mark }];
  });
}

export const claimOf = ([id, version]: BlockedFor): string => `${version} ${id}`;

/** What busy times have blocked. One claim is that of a slot only while nobody has changed it since. */
export const claimsOf = (marked: readonly { readonly mark: Pick<BusyMark, "blocked"> }[]): ReadonlySet<string> =>
  new Set(marked.flatMap(({ mark }) => mark.blocked.map(claimOf)));

/** Whether it is these busy times that have blocked a slot, and nobody has changed it since. */
export const isBlockedFor = ({ id, version }: Pick<Slot, "id" | "version">, marked: readonly Marked[]): boolean =>
  marked.some(({ mark }) => mark.blocked.some(([blockedId, then]) => blockedId === id && then === version));
