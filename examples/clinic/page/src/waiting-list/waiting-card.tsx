import type { ShownAppointment } from "@slotwright/client";
import { useState } from "react";
import { useDrag } from "react-aria-components";
import { useNames } from "../directory/use-names.ts";
import { textIn } from "../patient/appointments/appointment-words.ts";
import { CancelDialog } from "../patient/appointments/cancel-dialog.tsx";
import { go } from "../shell/route.ts";
import { dateOf } from "../time/days.ts";
import { formatRange, formatShortDay } from "../time/format.ts";
import { AcceptDialog } from "./accept-dialog.tsx";
import { appointmentType, dragged } from "./dragged.ts";

type Shown = ShownAppointment & { readonly isPending: boolean };

const declineWords = {
  title: "Decline this request?",
  question: "Why? (optional; the patient reads it)",
  keep: "Keep it waiting",
  act: "Decline it",
} as const;

/** Somebody who waits for an answer: dragged onto a slot by its handle, or accepted by its button. */
export function WaitingCard({ appointment }: { readonly appointment: Shown }) {
  const [open, setOpen] = useState<"accept" | "decline" | null>(null);
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
        {purpose !== null && <p>{purpose}</p>}
        {note !== null && <p className="waiting-note">{note}</p>}
      </div>
      <div className="waiting-actions">
        <button type="button" className="button button-primary" onClick={() => setOpen("accept")}>
          Accept into…
        </button>
        <button type="button" className="button" onClick={() => setOpen("decline")}>
          Decline
        </button>
      </div>
      {open === "accept" && <AcceptDialog appointment={appointment} onClose={() => setOpen(null)} />}
      {open === "decline" && (
        <CancelDialog appointment={appointment} words={declineWords} done="Declined" onClose={() => setOpen(null)} />
      )}
    </article>
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
