import type { Refusal } from "../errors/index.ts";
import type { Replayable } from "../model/replayable.ts";
import type { Hold, Slot, SlotStatus } from "../model/slot.ts";
import { type Change, type Context, changeSlot, type Decision, decided, isRefusal, type Seen } from "./decision.ts";
import { findSlot, refuseSlotChange } from "./find.ts";
import { refuseRepeated, refuseTokens } from "./take-slots.ts";

/** Slots that are held together, or no longer are. */
export interface SlotsOfHold extends Replayable {
  /** The slot `slotId` as it is now. */
  readonly slot: Slot;
  /** The further slots, in the order of `alsoSlotIds`. */
  readonly alsoSlots: readonly Slot[];
}

interface NamedSlots {
  readonly slotId: string;
  readonly alsoSlotIds: readonly string[];
  readonly ifVersion?: number | undefined;
}

export const idsOfHold = ({ slotId, alsoSlotIds }: NamedSlots): readonly string[] => [slotId, ...alsoSlotIds];

/** The slots as they count now, or why one of them may not change to the state: all or none. */
export function findForHold(
  command: NamedSlots,
  statusAfter: (slot: Slot) => SlotStatus,
  seen: Seen,
  context: Context,
  refuse: (stored: Slot) => Refusal | undefined = () => undefined,
): readonly Slot[] | Refusal {
  const ids = idsOfHold(command);
  const repeated = refuseRepeated(ids);
  if (repeated !== undefined) return repeated;
  const slots: Slot[] = [];
  for (const id of ids) {
    const slot = findSlot(seen, id, id === command.slotId ? command.ifVersion : undefined, context);
    if (isRefusal(slot)) return slot;
    const refusal = refuse(seen.slot(id) ?? slot) ?? refuseSlotChange(slot, statusAfter(slot), context);
    if (refusal !== undefined) return refusal;
    slots.push(slot);
  }
  return slots;
}

/** Changes slots that are held by a token. */
export function changeHeld(
  command: NamedSlots & { readonly holdToken: string },
  stateAfter: (slot: Slot, hold: Hold) => Pick<Slot, "status" | "hold">,
  seen: Seen,
  context: Context,
): Decision<SlotsOfHold> {
  const ofOthers = (stored: Slot) => refuseTokens(stored, [command.holdToken], context);
  const after = (slot: Slot) => stateAfter(slot, slot.hold as Hold);
  const slots = findForHold(command, (slot) => after(slot).status, seen, context, ofOthers);
  if (isRefusal(slots)) return slots;
  const changes = slots.map((slot) => changeSlot(slot, after(slot), context));
  return decided(changes, slotsOf(changes));
}

export function slotsOf(changes: readonly Change<Slot>[]): Pick<SlotsOfHold, "slot" | "alsoSlots"> {
  const [slot, ...alsoSlots] = changes.map(({ record }) => record);
  return { slot: slot as Slot, alsoSlots };
}
