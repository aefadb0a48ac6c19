import type { Command } from "../model/commands.ts";
import type { Replayable } from "../model/replayable.ts";
import type { Slot } from "../model/slot.ts";
import { changeSlot, decided, isRefusal, type Rule } from "./decision.ts";
import { findSlot, refuseSlotChange, slotKey } from "./find.ts";

/** A slot that has changed. */
export interface ChangedSlot extends Replayable {
  /** The slot as it is now. */
  readonly slot: Slot;
}

/** Makes an available slot unavailable. */
export const block: Rule<Command<"block">, ChangedSlot> = {
  reads: ({ slotId }) => ({ keys: [slotKey(slotId)] }),

  decide({ slotId, ifVersion }, seen, context) {
    const slot = findSlot(seen, slotId, ifVersion, context);
    if (isRefusal(slot)) return slot;
    const refusal = refuseSlotChange(slot, "blocked", context);
    if (refusal !== undefined) return refusal;
    const change = changeSlot(slot, { status: "blocked", hold: null }, context);
    return decided([change], { slot: change.record });
  },
};
