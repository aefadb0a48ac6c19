import { memo, useRef } from "react";
import { formatRange } from "../time/format.ts";
import { useSlotDrop } from "../waiting-list/use-slot-drop.ts";
import { type CalendarSlot, purposeOf, sentenceOf, statusWords, titleOf } from "./slot-words.ts";
import "./slot-cell.css";

export interface SlotCellProps extends CalendarSlot {
  readonly zone: string;
  readonly onOpen: (slotId: string) => void;
  /** Whether the tabulator key comes to this one: one of a calendar has it. */
  readonly isReachable: boolean;
  readonly size?: "roomy" | "narrow";
}

/** One slot: a button that opens it, and a place where a waiting patient can be dropped. */
export const SlotCell = memo(function SlotCell({ zone, onOpen, isReachable, size = "roomy", ...shown }: SlotCellProps) {
  const { slot, appointment, patient } = shown;
  const ref = useRef<HTMLButtonElement>(null);
  const { dropProps, isDropTarget, canAccept } = useSlotDrop(slot, ref);
  const isPending = slot.isPending || appointment?.isPending === true;
  return (
    <button
      {...dropProps}
      ref={ref}
      type="button"
      className="slot"
      data-slot-id={slot.id}
      data-status={slot.status}
      data-progress={appointment?.status}
      data-pending={isPending || undefined}
      data-drop={isDropTarget ? "over" : canAccept ? "possible" : undefined}
      data-size={size}
      aria-label={sentenceOf(shown, zone)}
      tabIndex={isReachable ? 0 : -1}
      onClick={() => onOpen(slot.id)}
    >
      <span className="slot-mark" aria-hidden="true" />
      <span className="slot-who">
        {size === "narrow" ? initialsOf(patient ?? statusWords[slot.status]) : whoOf(shown)}
      </span>
      <span className="slot-when">{formatRange(slot.start, slot.end, zone)}</span>
    </button>
  );
});

function whoOf({ slot, appointment, patient }: CalendarSlot): string {
  const what = purposeOf(appointment) ?? titleOf(slot);
  const who = slot.status === "booked" ? (patient ?? "Booked") : capital(statusWords[slot.status]);
  return what === null ? who : `${who} · ${what}`;
}

function initialsOf(name: string): string {
  return name
    .split(" ")
    .map((word) => word.slice(0, 1).toUpperCase())
    .join("");
}

const capital = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);
