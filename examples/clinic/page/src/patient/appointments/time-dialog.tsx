import type { ShownAppointment } from "@slotwright/client";
import { useOpenSlots } from "@slotwright/client/react";
import type { OpenSlot } from "@slotwright/core";
import { type ReactNode, useMemo, useState } from "react";
import { Dialog } from "../../dialog/dialog.tsx";
import { useNames } from "../../directory/use-names.ts";
import { dateOf, dayOf } from "../../time/days.ts";
import { formatDay, formatWhen } from "../../time/format.ts";
import { useFollowed } from "../book/booking-dialog.tsx";
import { type ShownTime, staying } from "../find/search.ts";
import { TimeList } from "../find/time-list.tsx";
import { canMoveTo, endOf } from "./moves.ts";
import "../find/find.css";

const aheadMs = 28 * 24 * 60 * 60 * 1000;

interface TimeDialogProps {
  readonly appointment: ShownAppointment;
  readonly words: { readonly title: string; readonly none: string; readonly keep: string; readonly act: string };
  /** What it is now. */
  readonly children: ReactNode;
  readonly onChoose: (chosen: OpenSlot) => void;
  readonly onClose: () => void;
}

/** Chooses another free time of the same provider and place. */
export function TimeDialog({ appointment, words, children, onChoose, onClose }: TimeDialogProps) {
  const names = useNames();
  const zone = names.zone(appointment.facilityId);
  const [chosen, setChosen] = useState<OpenSlot | null>(null);
  const byDate = useFreeByDate(appointment, zone);
  return (
    <Dialog title={words.title} size="wide" onClose={onClose}>
      {children}
      {byDate === null && <p className="empty">Looking for free times…</p>}
      {byDate?.size === 0 && <p className="empty">{words.none}</p>}
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
          {words.keep}
        </button>
        <button
          type="button"
          className="button button-primary"
          disabled={chosen === null}
          onClick={() => {
            onClose();
            if (chosen !== null) onChoose(chosen);
          }}
        >
          {words.act}
        </button>
      </div>
    </Dialog>
  );
}

function Followed({ offer }: { readonly offer: OpenSlot }) {
  useFollowed(offer, offer.slotId);
  return null;
}

const mineOf = (chosen: OpenSlot | null) => new Map(chosen === null ? [] : [[chosen.slotId, "chosen"]]);

/** The free times that are other times, and long enough, by their date. Null if they are not known yet. */
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
