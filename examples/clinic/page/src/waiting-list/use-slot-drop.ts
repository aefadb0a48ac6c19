import type { ShownSlot } from "@slotwright/client";
import type { RefObject } from "react";

/** Nobody can be dropped yet. */
export function useSlotDrop(_slot: ShownSlot, _ref: RefObject<HTMLElement | null>) {
  return { dropProps: {}, isDropTarget: false, canAccept: false };
}
