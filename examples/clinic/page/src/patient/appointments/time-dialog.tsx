import type { ShownAppointment } from "@slotwright/client";
import { useOpenSlots } from "@slotwright/client/react";
import type { FreeTime, OpenSlot } from "@slotwright/core";
import { type ReactNode, useMemo, useState } from "react";
import { Dialog } from "../../dialog/dialog.tsx";
import { useNames } from "../../directory/use-names.ts";
import { dateOf, dayOf } from "../../time/days.ts";
import { formatDay, formatWhen } from "../../time/format.ts";
import { useFollowed } from "../book/booking-dialog.tsx";
import { type ShownTime, staying, timeKey } from "../find/search.ts";
import { TimeList } from "../find/time-list.tsx";
import { aheadMs } from "../find/times-of-length.ts";
import { canMoveTo, endOf } from "./moves.ts";
import "../find/find.css";

interface TimeDialogProps<Time extends FreeTime> {
  readonly appointment: ShownAppointment;
  /** Free times of which no slot was made, and that will do as well. Undefined if they are not known yet. */
  readonly times: readonly Time[] | undefined;
  readonly words: { readonly title: string; readonly none: string; readonly keep: string; readonly act: string };
  /** What it is now. */
  readonly children: ReactNode;
  readonly onChoose: (chosen: OpenSlot | Time) => void;
  readonly onClose: () => void;
}

/** Chooses another free time of the same provider and place. */
export function TimeDialog<Time extends FreeTime>(props: TimeDialogProps<Time>) {
  const { appointment, times, words, children, onChoose, onClose } = props;
  const names = useNames();
  const zone = names.zone(appointment.facilityId);
  const [chosen, setChosen] = useState<OpenSlot | Time | null>(null);
  const byDate = useFreeByDate<Time>(appointment, times, zone);
  return (
    <Dialog title={words.title} size="wide" onClose={onClose}>
      {children}
      {byDate === null && <p className="empty">Looking for free times…</p>}
      {byDate?.size === 0 && <p className="empty">{words.none}</p>}
      <div className="move-days">
        {[...(byDate ?? [])].map(([date, ofDate]) => (
          <section key={date} aria-label={formatDay(dayOf(date, "UTC").start, "UTC")}>
            <h3>{formatDay(dayOf(date, "UTC").start, "UTC")}</h3>
            <TimeList times={ofDate} mine={mineOf(chosen)} onChoose={setChosen} />
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

function Followed({ offer }: { readonly offer: FreeTime }) {
  useFollowed(offer, offer.slotId);
  return null;
}

const mineOf = (chosen: FreeTime | null) =>
  new Map(chosen === null ? [] : [[chosen.slotId ?? timeKey(chosen), "chosen"]]);

/** The free times that are other times, and long enough, by their date. Null if they are not known yet. */
function useFreeByDate<Time extends FreeTime>(
  appointment: ShownAppointment,
  times: readonly Time[] | undefined,
  zone: string,
) {
  const { providerId, facilityId } = appointment;
  const [from] = useState(() => new Date());
  const to = new Date(from.getTime() + aheadMs);
  const { items, isLoaded } = useOpenSlots({ providerIds: [providerId], facilityId, from, to, limit: 300 });
  const offers = useMemo(() => [...items, ...(times ?? [])], [items, times]);
  const [seen, setSeen] = useState<Seen<OpenSlot | Time>>({ offers: [], times: [] });
  if (seen.offers !== offers) setSeen({ offers, times: staying(seen.times, offers) });
  return useMemo(() => {
    const fitting = seen.times.filter(({ offer }) => canMoveTo(appointment, offer));
    const isKnown = isLoaded && (times !== undefined || fitting.length > 0);
    return isKnown ? Map.groupBy(fitting, ({ offer }) => dateOf(offer.start, zone)) : null;
  }, [seen, isLoaded, times, appointment, zone]);
}

interface Seen<Offer extends FreeTime> {
  readonly offers: readonly Offer[];
  readonly times: readonly ShownTime<Offer>[];
}
