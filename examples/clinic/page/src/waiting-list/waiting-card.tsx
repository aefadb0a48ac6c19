import type { ShownAppointment } from "@slotwright/client";
import { requestState } from "@slotwright/core/client";
import { useState } from "react";
import { useDrag } from "react-aria-components";
import { useNow } from "../calendar/use-now.ts";
import { useNames } from "../directory/use-names.ts";
import { textIn } from "../patient/appointments/appointment-words.ts";
import { CancelDialog } from "../patient/appointments/cancel-dialog.tsx";
import { OtherWishes } from "../patient/appointments/wishes.tsx";
import { go } from "../shell/route.ts";
import { dateOf } from "../time/days.ts";
import { formatRange, formatShortDay, formatTime } from "../time/format.ts";
import { AcceptDialog } from "./accept-dialog.tsx";
import { appointmentType, dragged } from "./dragged.ts";
import { OfferDialog } from "./offer-dialog.tsx";

type Shown = ShownAppointment & { readonly isPending: boolean };

const declineWords = {
  question: "Why? The patient reads it.",
  keep: "Keep it waiting",
  act: "Decline it",
} as const;

/** Somebody who waits for an answer: dragged onto a slot by its handle, or accepted by its button. */
export function WaitingCard({ appointment }: { readonly appointment: Shown }) {
  const [open, setOpen] = useState<"accept" | "decline" | "offer" | null>(null);
  const names = useNames();
  const { id, subjectId, providerId, facilityId, start, end, metadata, isPending } = appointment;
  const zone = names.zone(facilityId);
  const who = names.patient(subjectId);
  const [purpose, note] = [textIn(metadata, "purpose"), textIn(metadata, "note")];
  return (
    <article className="waiting" aria-labelledby={`waiting-${id}`} data-pending={isPending || undefined}>
      <DragHandle appointment={appointment} who={who} />
      <div className="waiting-what">
        <h3 id={`waiting-${id}`}>{who}</h3>
        <button
          type="button"
          className="button-link waiting-when"
          onClick={() => go({ view: "calendar", day: dateOf(start, zone), facility: facilityId, provider: providerId })}
        >
          {formatShortDay(start, zone)}, {formatRange(start, end, zone)}
          <span className="visually-hidden">, show in the calendar</span>
        </button>
        <p className="muted">
          {names.provider(providerId)} · {names.facility(facilityId)}
        </p>
        <OtherWishes appointment={appointment} zone={zone} />
        {purpose !== null && <p>{purpose}</p>}
        {note !== null && <p className="waiting-note">{note}</p>}
        <Offered appointment={appointment} zone={zone} />
      </div>
      <div className="waiting-actions">
        <button type="button" className="button button-primary" onClick={() => setOpen("accept")}>
          Accept into…
        </button>
        <button type="button" className="button" onClick={() => setOpen("offer")}>
          Offer another time
        </button>
        <button type="button" className="button" onClick={() => setOpen("decline")}>
          Decline
        </button>
      </div>
      {open === "accept" && <AcceptDialog appointment={appointment} onClose={() => setOpen(null)} />}
      {open === "offer" && <OfferDialog appointment={appointment} onClose={() => setOpen(null)} />}
      {open === "decline" && (
        <CancelDialog
          appointment={appointment}
          words={{ ...declineWords, title: `Decline the request of ${who}?` }}
          done="Declined"
          isDecline
          onClose={() => setOpen(null)}
        />
      )}
    </article>
  );
}

/** What was offered, and until when the patient can answer. */
function Offered({ appointment, zone }: { readonly appointment: ShownAppointment; readonly zone: string }) {
  const state = requestState(appointment, useNow());
  const offer = appointment.request?.offer;
  if (state === "expired") return <p className="muted">It could be accepted until a time that is over.</p>;
  if (state !== "offered" || offer === null || offer === undefined) return null;
  const until = `${formatShortDay(offer.expiresAt, zone)}, ${formatTime(offer.expiresAt, zone)}`;
  return (
    <p className="waiting-offered">
      Offered: {formatShortDay(offer.start, zone)}, {formatRange(offer.start, offer.end, zone)}
      <span className="muted">, to be answered until {until}</span>
    </p>
  );
}

/** What is dragged. By keyboard: Enter begins at the nearest fitting slot, the tabulator key goes to the next, Enter drops. */
function DragHandle({ appointment, who }: { readonly appointment: ShownAppointment; readonly who: string }) {
  const { dragProps, isDragging } = useDrag({
    getItems: () => [{ [appointmentType]: appointment.id, "text/plain": who }],
    getAllowedDropOperations: () => ["move"],
    onDragStart: () => dragged.begin(appointment),
    onDragEnd: () => dragged.end(),
  });
  return (
    <button
      {...dragProps}
      type="button"
      className="waiting-handle"
      data-dragging={isDragging || undefined}
      aria-label={`Drag ${who} onto a slot`}
    >
      <span aria-hidden="true">⠿</span>
    </button>
  );
}
