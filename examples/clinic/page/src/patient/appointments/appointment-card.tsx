import type { ShownAppointment } from "@slotwright/client";
import { useState } from "react";
import { useNow } from "../../calendar/use-now.ts";
import { useNames } from "../../directory/use-names.ts";
import { useDirectory } from "../../person.ts";
import { agree, formatDay, formatRange, formatShortDay, formatZone, visitorZone } from "../../time/format.ts";
import { isAhead, stateInWords, statusSigns, textIn } from "./appointment-words.ts";
import { CancelDialog } from "./cancel-dialog.tsx";
import { History } from "./history.tsx";
import { MoveDialog } from "./move-dialog.tsx";
import { OfferAnswer } from "./offer-answer.tsx";
import { OtherWishes } from "./wishes.tsx";

type Shown = ShownAppointment & { readonly isPending: boolean };

const cancelWords = {
  title: "Cancel this appointment?",
  question: "Why? (optional; the practice reads it)",
  keep: "Keep it",
  act: "Cancel it",
} as const;

/** One appointment of the person's own. What becomes of it changes in its place, and its height stays. */
export function AppointmentCard({ appointment }: { readonly appointment: Shown }) {
  const [open, setOpen] = useState<"cancel" | "move" | null>(null);
  const [showsHistory, setShowsHistory] = useState(false);
  const { id, status, start, isPending } = appointment;
  const names = useNames();
  const zone = names.zone(appointment.facilityId);
  const state = stateInWords(appointment, useNow());
  const [weekday, day, month] = formatShortDay(start, zone).split(" ");
  const canChange = isAhead({ end: start }, Date.now()) && (status === "confirmed" || status === "scheduled");
  return (
    <article className="appointment" data-status={status} aria-labelledby={`appointment-${id}`}>
      <div className="appointment-date" aria-hidden="true">
        <span>{weekday}</span>
        <strong>{day}</strong>
        <span>{month}</span>
      </div>
      <div className="appointment-what">
        <h4 id={`appointment-${id}`}>
          <span className="visually-hidden">{formatDay(start, zone)}, </span>
          {formatRange(start, appointment.end, zone)}{" "}
          <span className="appointment-who">{names.provider(appointment.providerId)}</span>
        </h4>
        <Details appointment={appointment} zone={zone} />
      </div>
      <p className="chip" data-status={status}>
        <span aria-hidden="true">{isPending ? "…" : statusSigns[status]}</span> {state}
        {isPending && <span className="chip-pending">, not confirmed yet</span>}
      </p>
      <div className="appointment-actions">
        {canChange && status === "confirmed" && (
          <button type="button" className="button" onClick={() => setOpen("move")}>
            Move
          </button>
        )}
        {canChange && (
          <button type="button" className="button" onClick={() => setOpen("cancel")}>
            Cancel
          </button>
        )}
        <button
          type="button"
          className="button-link"
          aria-expanded={showsHistory}
          onClick={() => setShowsHistory((shows) => !shows)}
        >
          {showsHistory ? "Hide history" : "History"}
        </button>
      </div>
      <OfferAnswer appointment={appointment} />
      {showsHistory && <History appointment={appointment} />}
      {open === "cancel" && (
        <CancelDialog appointment={appointment} words={cancelWords} done="Cancelled" onClose={() => setOpen(null)} />
      )}
      {open === "move" && <MoveDialog appointment={appointment} onClose={() => setOpen(null)} />}
    </article>
  );
}

function Details({ appointment, zone }: { readonly appointment: Shown; readonly zone: string }) {
  const { facilities } = useDirectory();
  const { start, end, facilityId, metadata } = appointment;
  const facility = facilities.find((one) => one.id === facilityId);
  const local = visitorZone();
  const [purpose, note] = [textIn(metadata, "purpose"), textIn(metadata, "note")];
  return (
    <>
      {!agree(start, zone, local) && (
        <p className="muted">
          {formatZone(zone)}. Where you are: {formatShortDay(start, local)}, {formatRange(start, end, local)}
        </p>
      )}
      <p className="muted">{facility === undefined ? facilityId : `${facility.name}, ${facility.address}`}</p>
      <OtherWishes appointment={appointment} zone={zone} />
      {purpose !== null && <p>{purpose}</p>}
      {note !== null && <p className="appointment-note">{note}</p>}
    </>
  );
}
