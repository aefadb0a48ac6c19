import type { ShownAppointment } from "@slotwright/client";
import { useSlots } from "@slotwright/client/react";
import { Dialog } from "../dialog/dialog.tsx";
import { useNames } from "../directory/use-names.ts";
import { WhenWhere } from "../patient/book/when-where.tsx";
import "../patient/book/booking.css";
import { lengthOf } from "../patient/find/time-list.tsx";
import { formatRange, formatShortDay } from "../time/format.ts";
import { useCanAcceptAtTime } from "./asked-time.ts";
import { isWish, whyNotInto } from "./fit.ts";
import { useAccept } from "./use-accept.ts";

const dayMs = 24 * 60 * 60 * 1000;

interface AcceptDialogProps {
  readonly appointment: ShownAppointment;
  readonly onClose: () => void;
}

/** The free slots into which an appointment fits, live. */
export function AcceptDialog({ appointment, onClose }: AcceptDialogProps) {
  const names = useNames();
  const accept = useAccept();
  const { providerId, facilityId, start, end, subjectId } = appointment;
  // A slot that contains the appointment begins at its start at the latest, and not long before.
  const starts = [start, ...(appointment.request?.wishes ?? []).map((wish) => wish.start)].map((at) => at.getTime());
  const [from, to] = [new Date(Math.min(...starts) - dayMs), new Date(Math.max(...starts) + 1)];
  const { items, isLoaded } = useSlots({ from, to, providerIds: [providerId], facilityId });
  const around = items.filter((slot) => isWish(slot, appointment) || (slot.start <= start && slot.end > start));
  const fitting = around.filter((slot) => whyNotInto(slot, appointment, names) === null);
  const canAcceptAtTime = useCanAcceptAtTime(appointment);
  const isAtTime = fitting.length === 0 && canAcceptAtTime === true;
  const isKnown = isLoaded && (fitting.length > 0 || canAcceptAtTime !== undefined);
  const zone = names.zone(facilityId);

  function choose(slotId: string | null): void {
    onClose();
    accept(appointment, slotId);
  }

  return (
    <Dialog title={`Accept ${names.patient(subjectId)}`} onClose={onClose}>
      <WhenWhere {...appointment} />
      <p className="muted" role="status">
        {isKnown ? hintOf(fitting.length, isAtTime) : "Looking for slots…"}
      </p>
      <ul className="accept-slots">
        {fitting.map((slot) => (
          <li key={slot.id}>
            <Choice {...slot} zone={zone} onChoose={() => choose(slot.id)} />
          </li>
        ))}
        {isAtTime && (
          <li>
            <Choice {...appointment} zone={zone} onChoose={() => choose(null)} />
          </li>
        )}
      </ul>
      {isKnown && !isAtTime && fitting.length === 0 && around.length > 0 && (
        <ul className="accept-why">
          {around.map((slot) => (
            <li key={slot.id}>
              {formatRange(slot.start, slot.end, zone)}: {whyNotInto(slot, appointment, names)}
            </li>
          ))}
        </ul>
      )}
      {end < new Date() && <p className="field-problem">This time is over. Decline it, so that the patient knows.</p>}
    </Dialog>
  );
}

interface ChoiceProps extends Pick<ShownAppointment, "start" | "end"> {
  readonly zone: string;
  readonly onChoose: () => void;
}

function Choice({ start, end, zone, onChoose }: ChoiceProps) {
  return (
    <button type="button" className="accept-slot" onClick={onChoose}>
      <strong>
        {formatShortDay(start, zone)}, {formatRange(start, end, zone)}
      </strong>
      <span className="muted">{lengthOf(start, end)}</span>
    </button>
  );
}

function hintOf(count: number, isAtTime: boolean): string {
  if (count > 0) return "Free slots that would do:";
  return isAtTime
    ? "The hours offer the time that was asked for. A slot is made for it:"
    : "No free slot contains the time. Unblock or free one in the calendar; or decline, and say which time would do.";
}
