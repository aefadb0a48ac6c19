import { refuse } from "../errors/index.ts";
import { busyMarkOf } from "../model/busy.ts";
import type { Command } from "../model/commands.ts";
import { overlapping } from "../model/search.ts";
import { occupyingStatuses } from "../model/slot.ts";
import type { ChangedSlot } from "./block.ts";
import { occupiedBy } from "./create-slots.ts";
import { bumpSchedule, changeSlot, decided, isRefusal, type Reads, type Rule } from "./decision.ts";
import { findSlot, refuseSlotChange, slotKey } from "./find.ts";
import { refuseOverlap } from "./time.ts";

/** Makes a blocked slot available again, unless another slot has taken its place in the meantime. */
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
    const others = seen.found.filter(({ id }) => id !== slotId).map(occupiedBy);
    const refusal = refuseSlotChange(slot, "available", context) ?? refuseOverlap([occupiedBy(slot)], others);
    if (refusal !== undefined) return refusal;
    const schedule = seen.schedule(slot.scheduleId);
    // Creators of slots compete for the schedule's version. Without its row nothing would keep two of them apart.
    if (schedule === undefined) return refuse("slot_not_found", { slotId });
    const change = changeSlot(slot, { status: "available" }, context);
    return decided([bumpSchedule(schedule, context), change], { slot: change.record });
  },
};
