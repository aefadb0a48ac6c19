import type { ShownSlot } from "@slotwright/client";
import type { DOMAttributes, DragEvent, RefObject } from "react";
import { useDrop } from "react-aria-components";
import { useNames } from "../directory/use-names.ts";
import { appointmentType, dragged, useDragged } from "./dragged.ts";
import { whyNotInto } from "./fit.ts";
import { useAccept } from "./use-accept.ts";

export interface SlotDrop {
  /** For the element of the slot, which can be focused: a native `button`. Put your own handlers after them. */
  readonly dropProps: DOMAttributes<HTMLElement>;
  /** Whether an appointment that fits is over it now, or was moved to it by keyboard. */
  readonly isDropTarget: boolean;
  /** Whether it would accept what is being dragged. Null while nothing is. */
  readonly canAccept: boolean | null;
  /** Why it would not, as a sentence. */
  readonly whyNot: string | null;
}

/** Lets a slot accept an appointment of the waiting list: dropped by pointer, or by keyboard. */
export function useSlotDrop(slot: ShownSlot, ref: RefObject<HTMLElement | null>): SlotDrop {
  const names = useNames();
  const accept = useAccept();
  const appointment = useDragged();
  // Asked as a drag begins, when this component has not been rendered with it yet.
  const whyNotNow = (): string | null => {
    const { appointment } = dragged.get();
    return appointment === null ? "Nothing is being dragged." : whyNotInto(slot, appointment, names);
  };
  const { dropProps, isDropTarget } = useDrop({
    ref,
    getDropOperation: (types) => (types.has(appointmentType) && whyNotNow() === null ? "move" : "cancel"),
    onDrop() {
      const { appointment } = dragged.get();
      if (appointment !== null && whyNotNow() === null) accept(appointment, slot.id);
    },
  });
  const whyNot = appointment === null ? null : whyNotInto(slot, appointment, names);
  return {
    dropProps: withReason(dropProps as DOMAttributes<HTMLElement>, whyNotNow),
    isDropTarget,
    canAccept: appointment === null ? null : whyNot === null,
    whyNot,
  };
}

/** Says over a slot that does not fit why it does not. */
function withReason(props: DOMAttributes<HTMLElement>, whyNot: () => string | null): DOMAttributes<HTMLElement> {
  return {
    ...props,
    onDragEnter(event: DragEvent<HTMLElement>) {
      props.onDragEnter?.(event);
      if (dragged.get().appointment !== null) dragged.over(whyNot());
    },
    onDragLeave(event: DragEvent<HTMLElement>) {
      props.onDragLeave?.(event);
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) dragged.over(null);
    },
  };
}
