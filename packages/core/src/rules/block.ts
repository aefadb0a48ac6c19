import type { Command } from "../model/commands.ts";
import type { Replayable } from "../model/replayable.ts";
import { overlapping } from "../model/search.ts";
import type { Slot } from "../model/slot.ts";
import { isBlockedFor, markedAmong } from "./busy/marks.ts";
import {
  bumpSchedule,
  type Change,
  type Context,
  changeSlot,
  decided,
  isRefusal,
  type Rule,
  type Seen,
} from "./decision.ts";
import { findSlot, refuseSlotChange, refuseTaken, slotKey } from "./find.ts";

/** A slot that has changed. */
export interface ChangedSlot extends Replayable {
  /** The slot as it is now. */
  readonly slot: Slot;
}

/** The slot, and the schedule in whose time it is. */
export const slotAndSchedule: Rule<{ readonly slotId: string }, unknown>["reads"] = ({ slotId }, seen) => {
  const slot = seen.slot(slotId);
  return {
    keys: [slotKey(slotId), ...(slot === undefined ? [] : [{ kind: "schedule", id: slot.scheduleId } as const])],
  };
};

/**
 * The schedule of a slot that is blocked. Nothing new is made in blocked time, whatever the seat: who blocks meets who
 * publishes or books an opening there. Its row is missing only if somebody has deleted it by hand, and then that meeting
 * is missing, too: a block never waits for a repair.
 */
export function bumpScheduleOf({ scheduleId }: Slot, seen: Seen, context: Context): readonly Change[] {
  const schedule = seen.schedule(scheduleId);
  return schedule === undefined ? [] : [bumpSchedule(schedule, context)];
}

/**
 * Makes an available slot unavailable. One that only other calendars have blocked becomes one that somebody has blocked: its new
 * version is none that an import frees.
 */
export const block: Rule<Command<"block">, ChangedSlot> = {
  reads(command, seen, context) {
    const reads = slotAndSchedule(command, seen, context);
    const slot = seen.slot(command.slotId);
    if (slot?.status !== "blocked") return reads;
    const { scheduleId, providerId } = slot;
    return { ...reads, search: { ...overlapping(slot), providerIds: [providerId], scheduleId, statuses: ["blocked"] } };
  },

  decide({ slotId, ifVersion }, seen, context) {
    const slot = findSlot(seen, slotId, ifVersion, context);
    if (isRefusal(slot)) return slot;
    const isByHand = slot.status === "blocked" && !isBlockedFor(slot, markedAmong(seen.found));
    const refusal = isByHand ? refuseTaken(slot, "block") : refuseSlotChange(slot, "blocked", context);
    if (refusal !== undefined) return refusal;
    const change = changeSlot(slot, { status: "blocked", hold: null }, context);
    return decided([...bumpScheduleOf(slot, seen, context), change], { slot: change.record });
  },
};
