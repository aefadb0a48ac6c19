import type { Command } from "../model/commands.ts";
import type { ChangedSlot } from "./block.ts";
import { changeSlot, decided, isRefusal, type Rule } from "./decision.ts";
import { findSlot, refuseSlotChange, slotKey } from "./find.ts";
import { refuseTokens } from "./take-slots.ts";

/** Gives a held slot back before the hold expires. */
export const release: Rule<Command<"release">, ChangedSlot> = {
  reads: ({ slotId }) => ({ keys: [slotKey(slotId)] }),

  decide({ slotId, ifVersion, holdToken }, seen, context) {
    const slot = findSlot(seen, slotId, ifVersion, context);
    if (isRefusal(slot)) return slot;
    const refusal =
      refuseTokens(seen.slot(slotId) ?? slot, [holdToken], context) ?? refuseSlotChange(slot, "available", context);
    if (refusal !== undefined) return refusal;
    const change = changeSlot(slot, { status: "available", hold: null }, context);
    return decided([change], { slot: change.record });
  },
};
