import { type CalendarSlot, purposeOf, stateOf, titleOf } from "../calendar/slot-words.ts";
import { Dialog } from "../dialog/dialog.tsx";
import { useNames } from "../directory/use-names.ts";
import { textIn } from "../patient/appointments/appointment-words.ts";
import { WhenWhere } from "../patient/book/when-where.tsx";
import "../patient/book/booking.css";
import { formatTime } from "../time/format.ts";
import { SlotActions } from "./slot-actions.tsx";
import { SlotHistory } from "./slot-history.tsx";
import "./slot-dialog.css";

interface SlotDialogProps {
  /** Undefined: the calendar that is shown does not have it, or not yet. */
  readonly shown: CalendarSlot | undefined;
  readonly isLoaded: boolean;
  readonly onClose: () => void;
}

/** All of a slot: what it is, what can be done about it, and what became of it. It is live. */
export function SlotDialog({ shown, isLoaded, onClose }: SlotDialogProps) {
  const zone = useNames().zone(shown?.slot.facilityId ?? "");
  return (
    <Dialog title={shown === undefined ? "Slot" : headingOf(shown)} size="wide" onClose={onClose}>
      {shown === undefined ? (
        <p role="status">{isLoaded ? "This slot is not in the calendar that is shown." : "Loading the slot"}</p>
      ) : (
        <>
          <WhenWhere {...shown.slot} />
          <SlotFacts shown={shown} zone={zone} />
          <SlotActions key={`${shown.slot.id} ${shown.slot.status}`} shown={shown} />
          <SlotHistory shown={shown} zone={zone} />
        </>
      )}
    </Dialog>
  );
}

function headingOf({ slot, appointment, patient }: CalendarSlot): string {
  const state = stateOf(slot.status, appointment?.status);
  const words = `${state.slice(0, 1).toUpperCase()}${state.slice(1)}`;
  return patient === null ? words : `${patient}: ${state}`;
}

function SlotFacts({ shown, zone }: { readonly shown: CalendarSlot; readonly zone: string }) {
  const { slot, appointment, seats } = shown;
  const note = textIn(appointment?.metadata ?? null, "note");
  const facts = [
    seats > 1 ? `Seat ${slot.seat + 1} of ${seats}` : null,
    slot.status === "held" && slot.hold !== null ? `Held until ${formatTime(slot.hold.expiresAt, zone)}` : null,
    purposeOf(appointment) ?? titleOf(slot),
    note === null ? null : `“${note}”`,
    slot.isPending || appointment?.isPending === true ? "… Not yet confirmed" : null,
  ].filter((fact) => fact !== null);
  return (
    <div className="slot-facts" role="status">
      {facts.map((fact) => (
        <p key={fact}>{fact}</p>
      ))}
    </div>
  );
}
