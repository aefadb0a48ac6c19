import type { ShownAppointment } from "@slotwright/client";
import { useAppointments } from "@slotwright/client/react";
import { useRef } from "react";
import "../../styles/controls.css";
import { useDirectory } from "../../person.ts";
import { useRoute } from "../../shell/route.ts";
import { AppointmentCard } from "./appointment-card.tsx";
import { isAhead, isOver } from "./appointment-words.ts";
import "../find/find.css";
import "./appointments.css";

type Shown = ShownAppointment & { readonly isPending: boolean };

/** The person's own appointments: to come, with those that wait for an answer among them, and past ones. */
export function AppointmentsView() {
  const { me } = useDirectory();
  const { go } = useRoute();
  const { items, isLoaded, error } = useAppointments({ subjectId: me.id });
  const { ahead, past } = useParts(items);
  return (
    <section className="appointments" aria-labelledby="appointments-title">
      <h2 id="appointments-title">My appointments</h2>
      <Part title="To come" hint={summaryOf(ahead)} appointments={ahead} />
      {ahead.length === 0 && isLoaded && (
        <div className="empty">
          <p className="empty-title">Nothing is booked</p>
          <p className="muted">Appointments that you book or ask for are shown here.</p>
          <button type="button" className="button button-primary" onClick={() => go({ view: "find" })}>
            Find a time
          </button>
        </div>
      )}
      {!isLoaded && items.length === 0 && (error === null ? <Loading /> : <p className="empty">{error.message}</p>)}
      {past.length > 0 && <Part title="Past and cancelled" hint="" appointments={past} />}
    </section>
  );
}

interface PartProps {
  readonly title: string;
  readonly hint: string;
  readonly appointments: readonly Shown[];
}

function Part({ title, hint, appointments }: PartProps) {
  return (
    <div className="appointments-part">
      <h3>
        {title} {hint !== "" && <span className="appointments-hint muted">{hint}</span>}
      </h3>
      <ol>
        {appointments.map((appointment) => (
          <li key={appointment.id}>
            <AppointmentCard appointment={appointment} />
          </li>
        ))}
      </ol>
    </div>
  );
}

function Loading() {
  return (
    <div aria-hidden="true">
      <div className="appointment appointment-loading" />
    </div>
  );
}

function summaryOf(ahead: readonly Shown[]): string {
  const waiting = ahead.filter(({ status }) => status === "scheduled").length;
  const confirmed = ahead.filter((appointment) => !isOver(appointment)).length - waiting;
  const parts = [confirmed > 0 ? `${confirmed} confirmed` : "", waiting > 0 ? `${waiting} waiting` : ""];
  return parts.filter((part) => part !== "").join(", ");
}

/** What was cancelled while it is looked at stays in its place, and goes to the others when the view is opened again. */
function useParts(items: readonly Shown[]): { readonly ahead: readonly Shown[]; readonly past: readonly Shown[] } {
  const seen = useRef(new Set<string>());
  const now = Date.now();
  const isOfAhead = (one: Shown) => isAhead(one, now) && (!isOver(one) || seen.current.has(one.id));
  const ahead = items.filter(isOfAhead);
  for (const { id } of ahead) seen.current.add(id);
  return { ahead, past: items.filter((one) => !isOfAhead(one)).reverse() };
}
