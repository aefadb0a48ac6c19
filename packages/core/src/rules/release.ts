import type { Command } from "../model/commands.ts";
import { statusWhenFreed } from "../model/computed-id.ts";
import type { Rule } from "./decision.ts";
import { slotKey } from "./find.ts";
import { changeHeld, idsOfHold, type SlotsOfHold } from "./hold-slots.ts";

/** Gives held slots back before the hold expires, all or none of those that are named. */
export const release: Rule<Command<"release">, SlotsOfHold> = {
  reads: (command) => ({ keys: idsOfHold(command).map(slotKey) }),

  decide: (command, seen, context) =>
    changeHeld(command, (slot) => ({ status: statusWhenFreed(slot), hold: null }), seen, context),
};
