import { memo, useRef } from "react";
import { initialsOf } from "../shell/people.tsx";
import { formatRange } from "../time/format.ts";
import { useSlotDrop } from "../waiting-list/use-slot-drop.ts";
import { type CalendarSlot, purposeOf, sentenceOf, statusWords, titleOf } from "./slot-words.ts";
import "./slot-cell.css";

export interface SlotCellProps extends CalendarSlot {
  readonly zone: string;
  readonly onOpen: (slotId: string) => void;
  /** Whether the tabulator key comes to this one: one of a calendar has it. */
  readonly isReachable: boolean;
  readonly isPast?: boolean;
  /** `narrow`: initials only. `row`: a line of a list. */
  readonly size?: "roomy" | "narrow" | "row";
}

/** One slot: a button that opens it, and a place where a waiting patient can be dropped. */
export const SlotCell = memo(function SlotCell(props: SlotCellProps) {
  const { zone, onOpen, isReachable, isPast = false, size = "roomy", ...shown } = props;
  const { slot, appointment, patient } = shown;
  const ref = useRef<HTMLButtonElement>(null);
  const { dropProps, isDropTarget, canAccept, whyNot } = useSlotDrop(slot, ref);
  const what = purposeOf(appointment) ?? titleOf(slot);
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
      data-past={isPast || undefined}
      data-drop={isDropTarget ? "over" : dropStateOf(canAccept)}
      title={whyNot ?? undefined}
      data-size={size}
      tabIndex={isReachable ? 0 : -1}
      onClick={() => onOpen(slot.id)}
    >
      <span className="visually-hidden">{sentenceOf(shown, zone)}</span>
      <span className="slot-mark" aria-hidden="true" />
      <span className="slot-who" aria-hidden="true">
        {size === "narrow" ? initialsOf(patient ?? statusWords[slot.status]) : whoOf(shown)}
      </span>
      <span className="slot-when" aria-hidden="true">
        {formatRange(slot.start, slot.end, zone)}
      </span>
      {what !== null && (
        <span className="slot-what" aria-hidden="true">
          {what}
        </span>
      )}
    </button>
  );
});

function dropStateOf(canAccept: boolean | null): string | undefined {
  if (canAccept === null) return undefined;
  return canAccept ? "possible" : "impossible";
}

function whoOf({ slot: { status }, patient }: CalendarSlot): string {
  return status === "booked" ? (patient ?? "Booked") : capital(statusWords[status]);
}

const capital = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);
