import type { z } from "zod";
import type { Command, holdSlotSchema, holdTimeSchema } from "../model/commands.ts";
import { type Hold, type Slot, slotAsOf } from "../model/slot.ts";
import { chooseSlot } from "./choose-slot.ts";
import {
  type Change,
  type Context,
  changeSlot,
  type Decision,
  decided,
  isRefusal,
  type Reads,
  type Rule,
  type Seen,
} from "./decision.ts";
import { slotKey } from "./find.ts";
import { findForHold, idsOfHold, type SlotsOfHold, slotsOf } from "./hold-slots.ts";
import { heldOpening } from "./make-opening.ts";
import { slotForOpening } from "./open-seat.ts";
import { readsForTime, refuseTime } from "./slot-for-time.ts";
import { refuseRange } from "./time.ts";

type HoldSlot = z.output<typeof holdSlotSchema>;
type HoldTime = z.output<typeof holdTimeSchema>;

/** Slots that are held. */
export interface HeldSlot extends SlotsOfHold {
  /** Only the holder knows it: it takes, extends and releases all of these slots. */
  readonly holdToken: string;
}

/**
 * Claims available slots for a short while, all or none, with one token. Of a time, it claims a free slot that contains it, or that
 * of a computed opening, which it makes.
 */
export const hold: Rule<Command<"hold">, HeldSlot> = {
  reads(command, seen, context): Reads {
    if (isBySlot(command)) return { keys: idsOfHold(command).map(slotKey) };
    return { keys: [], ...readsForTime(command, [], seen, context) };
  },

  decide: (command, seen, context) =>
    isBySlot(command) ? holdSlots(command, seen, context) : holdTime(command, seen, context),
};

function isBySlot(command: Command<"hold">): command is HoldSlot {
  return command.slotId !== undefined;
}

function holdSlots(command: HoldSlot, seen: Seen, context: Context): Decision<HeldSlot> {
  const slots = findForHold(command, () => "held", seen, context);
  if (isRefusal(slots)) return slots;
  const { holdToken, hold } = newHold(command, context);
  const changes = slots.map((slot) => changeSlot(slot, { status: "held", hold }, context));
  return decided(changes, { ...slotsOf(changes), holdToken });
}

function holdTime(command: HoldTime, seen: Seen, context: Context): Decision<HeldSlot> {
  const refusal = refuseRange(command);
  if (refusal !== undefined) return refusal;
  const { holdToken, hold } = newHold(command, context);
  const heldAs = (change: Change<Slot>, beside: readonly Change[] = []) =>
    decided([...beside, change], { ...slotsOf([change]), holdToken });
  const free = chooseSlot(seen.found, context.command.id);
  if (free !== undefined) return heldAs(changeSlot(slotAsOf(free, context.now), { status: "held", hold }, context));
  const opening = slotForOpening(command, seen, context);
  if (opening === undefined) return refuseTime(command, [], { command: "hold" });
  const { slot, beside } = heldOpening(hold, opening, seen, context);
  return heldAs(slot, beside);
}

/** A hold from now on, and the token that tells whose it is. */
function newHold(
  { seconds, holderId }: Pick<HoldSlot, "seconds" | "holderId">,
  { now, newToken, hash }: Context,
): { readonly holdToken: string; readonly hold: Hold } {
  const holdToken = newToken();
  const expiresAt = new Date(now.getTime() + seconds * 1000);
  return { holdToken, hold: { tokenHash: hash(holdToken), expiresAt, holderId: holderId ?? null } };
}
