import type { ShownAppointment } from "@slotwright/client";
import { useClient, useOpenSlots } from "@slotwright/client/react";
import type { OpenSlot } from "@slotwright/core";
import { useMemo, useState } from "react";
import { Dialog } from "../../dialog/dialog.tsx";
import { useNames } from "../../directory/use-names.ts";
import type { Offer } from "../../notices/notice-list.ts";
import { useNotices } from "../../notices/notices.tsx";
import { dateOf, dayOf } from "../../time/days.ts";
import { formatDay, formatWhen } from "../../time/format.ts";
import { useFollowed } from "../book/booking-dialog.tsx";
import { type ShownTime, staying } from "../find/search.ts";
import { lengthOf, TimeList } from "../find/time-list.tsx";
import { canMoveTo, endOf } from "./moves.ts";
import "../find/find.css";

const aheadMs = 28 * 24 * 60 * 60 * 1000;

interface MoveDialogProps {
  readonly appointment: ShownAppointment;
  readonly onClose: () => void;
}

/** Chooses another free time of the same provider and place. The old one is freed in the same step. */
export function MoveDialog({ appointment, onClose }: MoveDialogProps) {
  const names = useNames();
  const move = useMove();
  const zone = names.zone(appointment.facilityId);
  const [chosen, setChosen] = useState<OpenSlot | null>(null);
  const byDate = useFreeByDate(appointment, zone);
  return (
    <Dialog title="Move to another time" size="wide" onClose={onClose}>
      <p>
        Now: <strong>{formatWhen(appointment.start, appointment.end, zone)}</strong>,{" "}
        {lengthOf(appointment.start, appointment.end)} with {names.provider(appointment.providerId)}. It stays yours
        until the new time is.
      </p>
      {byDate === null && <p className="empty">Looking for free times…</p>}
      {byDate?.size === 0 && (
        <p className="empty">Nothing else is free within four weeks. Cancel it, and ask for a time that suits you.</p>
      )}
      <div className="move-days">
        {[...(byDate ?? [])].map(([date, times]) => (
          <section key={date} aria-label={formatDay(dayOf(date, "UTC").start, "UTC")}>
            <h3>{formatDay(dayOf(date, "UTC").start, "UTC")}</h3>
            <TimeList times={times} mine={mineOf(chosen)} onChoose={setChosen} />
          </section>
        ))}
      </div>
      <div className="dialog-buttons move-buttons">
        {chosen !== null && <Followed offer={chosen} />}
        <p role="status">
          {chosen === null
            ? "Choose a time."
            : `To ${formatWhen(chosen.start, endOf(appointment, chosen.start), zone)}`}
        </p>
        <button type="button" className="button" onClick={onClose}>
          Keep it
        </button>
        <button
          type="button"
          className="button button-primary"
          disabled={chosen === null}
          onClick={() => {
            onClose();
            if (chosen !== null) move(appointment, chosen);
          }}
        >
          Move
        </button>
      </div>
    </Dialog>
  );
}

function Followed({ offer }: { readonly offer: OpenSlot }) {
  useFollowed(offer);
  return null;
}

const mineOf = (chosen: OpenSlot | null) => new Map(chosen === null ? [] : [[chosen.slotId, "chosen"]]);

/** The free times to which it can be moved, by their date. Null if they are not known yet. */
function useFreeByDate(appointment: ShownAppointment, zone: string) {
  const { providerId, facilityId } = appointment;
  const [from] = useState(() => new Date());
  const to = new Date(from.getTime() + aheadMs);
  const { items, isLoaded } = useOpenSlots({ providerIds: [providerId], facilityId, from, to, limit: 300 });
  const [seen, setSeen] = useState<{ readonly items: readonly OpenSlot[]; readonly times: readonly ShownTime[] }>({
    items: [],
    times: [],
  });
  if (seen.items !== items) setSeen({ items, times: staying(seen.times, items) });
  return useMemo(() => {
    if (!isLoaded) return null;
    const fitting = seen.times.filter(({ offer }) => canMoveTo(appointment, offer));
    return Map.groupBy(fitting, ({ offer }) => dateOf(offer.start, zone));
  }, [seen, isLoaded, appointment, zone]);
}

function useMove(): (appointment: ShownAppointment, to: Offer) => void {
  const { commands } = useClient();
  const { refused, told } = useNotices();
  const names = useNames();
  return function move(appointment, { slotId, start }) {
    const { id: appointmentId, providerId, facilityId } = appointment;
    const zone = names.zone(facilityId);
    const end = endOf(appointment, start);
    const when = formatWhen(start, end, zone);
    commands
      .reschedule({ appointmentId, slotId, start, end, alternatives: 3 })
      .then(() => told(`Moved to ${when}.`))
      .catch((error: unknown) =>
        refused(error, {
          what: `It was not moved to ${when}, and stays at ${formatWhen(appointment.start, appointment.end, zone)}.`,
          suits: (offer) => canMoveTo(appointment, offer),
          wanted: { slotId, providerId, facilityId, start, end },
          again: (offer) => move(appointment, offer),
        }),
      );
  };
}
