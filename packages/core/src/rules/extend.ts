import type { Command } from "../model/commands.ts";
import type { Rule } from "./decision.ts";
import { slotKey } from "./find.ts";
import { changeHeld, idsOfHold, type SlotsOfHold } from "./hold-slots.ts";

/** Lets a hold that has not expired last longer. It never ends it earlier than it would. */
export const extend: Rule<Command<"extend">, SlotsOfHold> = {
  reads: (command) => ({ keys: idsOfHold(command).map(slotKey) }),

  decide(command, seen, context) {
    const until = context.now.getTime() + command.seconds * 1000;
    return changeHeld(
      command,
      ({ status }, hold) => ({
        status,
        hold: { ...hold, expiresAt: new Date(Math.max(hold.expiresAt.getTime(), until)) },
      }),
      seen,
      context,
    );
  },
};
