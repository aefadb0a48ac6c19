import type { Command } from "../model/commands.ts";
import type { Replayable } from "../model/replayable.ts";
import type { Slot } from "../model/slot.ts";
import { changeSlot, decided, isRefusal, type Rule } from "./decision.ts";
import { findSlot, refuseSlotChange, slotKey } from "./find.ts";

/** A slot that is held. */
export interface HeldSlot extends Replayable {
  /** The slot as it is now; `hold.expiresAt` says how long the hold lasts. */
  readonly slot: Slot;
  /** Only the holder knows it: `book` and `release` ask for it. */
  readonly holdToken: string;
}

/** Claims an available slot for a short while. */
export const hold: Rule<Command<"hold">, HeldSlot> = {
  reads: ({ slotId }) => ({ keys: [slotKey(slotId)] }),

  decide({ slotId, ifVersion, seconds }, seen, context) {
    const slot = findSlot(seen, slotId, ifVersion, context);
    if (isRefusal(slot)) return slot;
    const refusal = refuseSlotChange(slot, "held", context);
    if (refusal !== undefined) return refusal;
    const holdToken = context.newToken();
    const expiresAt = new Date(context.now.getTime() + seconds * 1000);
    const change = changeSlot(
      slot,
      { status: "held", hold: { tokenHash: context.hash(holdToken), expiresAt } },
      context,
    );
    return decided([change], { slot: change.record, holdToken });
  },
};
