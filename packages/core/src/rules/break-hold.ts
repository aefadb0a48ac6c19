import { refuse } from "../errors/index.ts";
import type { Command } from "../model/commands.ts";
import { statusWhenFreed } from "../model/computed-id.ts";
import { bumpScheduleOf, type ChangedSlot, slotAndSchedule } from "./block.ts";
import { changeSlot, decided, isRefusal, type Rule } from "./decision.ts";
import { findSlot, refuseSlotChange, slotKey } from "./find.ts";

/** Ends a hold without its token: the slot is freed, or blocked in the same step. */
export const breakHold: Rule<Command<"breakHold">, ChangedSlot> = {
  reads: (command, seen, context) =>
    command.block ? slotAndSchedule(command, seen, context) : { keys: [slotKey(command.slotId)] },

  decide({ slotId, ifVersion, block }, seen, context) {
    const slot = findSlot(seen, slotId, ifVersion, context);
    if (isRefusal(slot)) return slot;
    if (slot.status === "available") return refuse("hold_not_found", { slotId, command: "breakHold" });
    const status = block ? "blocked" : statusWhenFreed(slot);
    const refusal = refuseSlotChange(slot, status, context);
    if (refusal !== undefined) return refusal;
    const change = changeSlot(slot, { status, hold: null }, context);
    return decided([...(block ? bumpScheduleOf(slot, seen, context) : []), change], { slot: change.record });
  },
};
