import type { Command } from "../model/commands.ts";
import { changeSlot, decided, isRefusal, type Rule } from "./decision.ts";
import { slotKey } from "./find.ts";
import { findForHold, idsOfHold, type SlotsOfHold, slotsOf } from "./hold-slots.ts";

/** Slots that are held. */
export interface HeldSlot extends SlotsOfHold {
  /** Only the holder knows it: it takes, extends and releases all of these slots. */
  readonly holdToken: string;
}

/** Claims available slots for a short while, all or none, with one token. */
export const hold: Rule<Command<"hold">, HeldSlot> = {
  reads: (command) => ({ keys: idsOfHold(command).map(slotKey) }),

  decide(command, seen, context) {
    const slots = findForHold(command, "held", seen, context);
    if (isRefusal(slots)) return slots;
    const holdToken = context.newToken();
    const expiresAt = new Date(context.now.getTime() + command.seconds * 1000);
    const held = { tokenHash: context.hash(holdToken), expiresAt, holderId: command.holderId ?? null };
    const changes = slots.map((slot) => changeSlot(slot, { status: "held", hold: held }, context));
    return decided(changes, { ...slotsOf(changes), holdToken });
  },
};
