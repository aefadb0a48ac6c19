import { type Refusal, refuse } from "../errors/index.ts";
import { busyMarkOf } from "../model/busy.ts";
import type { Command } from "../model/commands.ts";
import { statusWhenFreed } from "../model/computed-id.ts";
import { overlapping } from "../model/search.ts";
import { occupyingStatuses, type Slot } from "../model/slot.ts";
import type { ChangedSlot } from "./block.ts";
import { occupiedBy } from "./create-slots.ts";
import { bumpSchedule, changeSlot, decided, isRefusal, type Reads, type Rule, type Seen } from "./decision.ts";
import { findSlot, refuseSlotChange, slotKey } from "./find.ts";
import { refuseOverlap } from "./time.ts";

/**
 * Makes a blocked slot available again, unless another slot has taken its place in the meantime. One that was made of a computed
 * opening is withdrawn: its time is again what the hours say.
 */
export const unblock: Rule<Command<"unblock">, ChangedSlot> = {
  reads({ slotId }, seen): Reads {
    const slot = seen.slot(slotId);
    if (slot === undefined) return { keys: [slotKey(slotId)] };
    const { scheduleId, providerId } = slot;
    const search = { ...overlapping(slot), providerIds: [providerId], scheduleId, statuses: occupyingStatuses };
    return { keys: [slotKey(slotId), { kind: "schedule", id: scheduleId }], search };
  },

  decide({ slotId, ifVersion }, seen, context) {
    const slot = findSlot(seen, slotId, ifVersion, context);
    if (isRefusal(slot)) return slot;
    // It lasts as long as the other calendar says.
    const busySource = busyMarkOf(slot)?.source;
    if (busySource !== undefined) {
      return refuse("invalid_transition", {
        record: "slot",
        id: slotId,
        from: slot.status,
        command: "unblock",
        busySource,
      });
    }
    const status = statusWhenFreed(slot);
    const refusal =
      refuseSlotChange(slot, status, context) ?? (status === "available" ? refuseTakenPlace(slot, seen) : undefined);
    if (refusal !== undefined) return refusal;
    const schedule = seen.schedule(slot.scheduleId);
    // Creators of slots compete for the schedule's version. Without its row nothing would keep two of them apart.
    if (schedule === undefined) return refuse("slot_not_found", { slotId });
    const change = changeSlot(slot, { status }, context);
    return decided([bumpSchedule(schedule, context), change], { slot: change.record });
  },
};

/** An opening that was held there is none of those that are found: nobody gets one across blocked time. */
function refuseTakenPlace(slot: Slot, { found }: Seen): Refusal | undefined {
  const others = found.filter(({ id }) => id !== slot.id);
  return refuseOverlap([occupiedBy(slot)], others.map(occupiedBy), { command: "unblock" });
}
