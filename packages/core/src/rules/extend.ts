import type { Command } from "../model/commands.ts";
import type { Hold } from "../model/slot.ts";
import type { ChangedSlot } from "./block.ts";
import { changeSlot, decided, isRefusal, type Rule } from "./decision.ts";
import { findSlot, refuseSlotChange, slotKey } from "./find.ts";
import { refuseTokens } from "./take-slots.ts";

/** Lets a hold that has not expired last longer. It never ends it earlier than it would. */
export const extend: Rule<Command<"extend">, ChangedSlot> = {
  reads: ({ slotId }) => ({ keys: [slotKey(slotId)] }),

  decide({ slotId, ifVersion, holdToken, seconds }, seen, context) {
    const slot = findSlot(seen, slotId, ifVersion, context);
    if (isRefusal(slot)) return slot;
    const refusal =
      refuseTokens(seen.slot(slotId) ?? slot, [holdToken], context) ?? refuseSlotChange(slot, "held", context);
    if (refusal !== undefined) return refusal;
    const hold = slot.hold as Hold;
    const expiresAt = new Date(Math.max(hold.expiresAt.getTime(), context.now.getTime() + seconds * 1000));
    const change = changeSlot(slot, { hold: { ...hold, expiresAt } }, context);
    return decided([change], { slot: change.record });
  },
};
