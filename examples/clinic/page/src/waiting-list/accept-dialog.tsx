import type { ShownAppointment } from "@slotwright/client";
import { useSlots } from "@slotwright/client/react";
import { Dialog } from "../dialog/dialog.tsx";
import { useNames } from "../directory/use-names.ts";
import { WhenWhere } from "../patient/book/when-where.tsx";
import "../patient/book/booking.css";
import { lengthOf } from "../patient/find/time-list.tsx";
import { formatRange, formatShortDay } from "../time/format.ts";
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
  const zone = names.zone(facilityId);
  return (
    <Dialog title={`Accept ${names.patient(subjectId)}`} onClose={onClose}>
      <WhenWhere {...appointment} />
      <p className="muted" role="status">
        {isLoaded ? hintOf(fitting.length) : "Looking for slots…"}
      </p>
      <ul className="accept-slots">
        {fitting.map((slot) => (
          <li key={slot.id}>
            <button
              type="button"
              className="accept-slot"
              onClick={() => {
                onClose();
                accept(appointment, slot.id);
              }}
            >
              <strong>
                {formatShortDay(slot.start, zone)}, {formatRange(slot.start, slot.end, zone)}
              </strong>
              <span className="muted">{lengthOf(slot.start, slot.end)}</span>
            </button>
          </li>
        ))}
      </ul>
      {isLoaded && fitting.length === 0 && around.length > 0 && (
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

const hintOf = (count: number): string =>
  count > 0
    ? "Free slots that would do:"
    : "No free slot contains the time. Unblock or free one in the calendar; or decline, and say which time would do.";
