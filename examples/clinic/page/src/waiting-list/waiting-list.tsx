import type { ShownAppointment } from "@slotwright/client";
import { useAppointments } from "@slotwright/client/react";
import { type RefObject, useEffect, useRef, useState } from "react";
import "../styles/controls.css";
import type { Names } from "../directory/names.ts";
import { useNames } from "../directory/use-names.ts";
import { Options } from "../fields/options.tsx";
import { useDirectory } from "../person.ts";
import { useRoute } from "../shell/route.ts";
import { formatRange, formatShortDay } from "../time/format.ts";
import { useDragged, useWhyNot } from "./dragged.ts";
import { WaitingCard } from "./waiting-card.tsx";
import "./waiting-list.css";

const dayMs = 24 * 60 * 60 * 1000;
/** So long a page may stay open, and its list still have all that can be asked for. */
const openDays = 14;

/**
 * Who waits for an answer: asked for a time, and has no slot yet. Those of the provider who looks at it come first. Beside
 * the calendar, which has chosen whose list it is.
 */
export function WaitingList({ isBeside = false }: { readonly isBeside?: boolean }) {
  const { me, providers, searchableDays } = useDirectory();
  const { route, go } = useRoute();
  const [opened] = useState(Date.now);
  const providerId = route.provider ?? me.id;
  const { items, isLoaded, error } = useAppointments({
    from: new Date(opened - dayMs),
    to: new Date(opened + (searchableDays + 1 + openDays) * dayMs),
    facilityId: route.facility ?? undefined,
    providerIds: providers.some(({ id }) => id === providerId) ? [providerId] : undefined,
    statuses: ["scheduled"],
  });
  const heading = useFocusKept(items.length);
  return (
    <section className="waiting-list" aria-labelledby="waiting-title">
      <header className="waiting-head">
        <h2 id="waiting-title" ref={heading} tabIndex={-1}>
          Waiting <span className="waiting-count">{isLoaded ? items.length : "\u00a0"}</span>
        </h2>
        {!isBeside && (
          <select
            className="select waiting-provider"
            aria-label="Whose waiting list"
            value={providerId}
            onChange={({ target }) => go({ provider: target.value, facility: null })}
          >
            <Options of={providers} />
          </select>
        )}
      </header>
      {isBeside && <DropHint />}
      {error !== null && items.length === 0 && <p className="empty">{error.message}</p>}
      {isLoaded && items.length === 0 && (
        <div className="empty">
          <p className="empty-title">Nobody is waiting</p>
          <p className="muted">Times that patients ask for show up here.</p>
        </div>
      )}
      <ol className="waiting-items">
        {items.map((appointment) => (
          <li key={appointment.id}>
            <WaitingCard appointment={appointment} />
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Who is accepted or declined goes from the list, with the button that had the focus: the heading takes it. */
function useFocusKept(count: number): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef(count);
  useEffect(() => {
    const isFewer = count < before.current;
    before.current = count;
    if (!isFewer) return;
    // The dialog gives the focus back first.
    const timer = setTimeout(() => {
      if (document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
    }, 100);
    return () => clearTimeout(timer);
  }, [count]);
  return heading;
}

/** What can be done with what is dragged. It keeps its place while nothing is. */
function DropHint() {
  const appointment = useDragged();
  const whyNot = useWhyNot();
  const names = useNames();
  const text = appointment === null ? idleHint : whereTo(appointment, names);
  return (
    <p className="drop-hint" data-not={whyNot !== null || undefined} role="status">
      {whyNot === null ? text : `Not here. ${whyNot}`}
    </p>
  );
}

const idleHint = "Drag somebody by the dots onto a free slot, or press Enter on the dots.";

function whereTo({ start, end, facilityId }: ShownAppointment, { zone }: Names): string {
  const clock = zone(facilityId);
  return `Drop on a slot that is marked. Asked for: ${formatShortDay(start, clock)}, ${formatRange(start, end, clock)}.`;
}
