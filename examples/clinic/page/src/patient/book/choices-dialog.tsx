import { useOpenSlots } from "@slotwright/client/react";
import type { OpenSlot } from "@slotwright/core";
import { type FormEvent, useState } from "react";
import { Dialog } from "../../dialog/dialog.tsx";
import { useNames } from "../../directory/use-names.ts";
import { useDirectory } from "../../person.ts";
import { dateOf, dayOf } from "../../time/days.ts";
import { formatDay, formatWhen } from "../../time/format.ts";
import type { Wish } from "../find/search.ts";
import { TimeList } from "../find/time-list.tsx";
import { aheadMs } from "../find/times-of-length.ts";
import "../find/find.css";
import "./booking.css";
import { placeOf, type RequestPlace } from "./request.ts";
import { PlaceFields } from "./request-fields.tsx";
import { useAskForOneOf } from "./use-ask.ts";
import { noVisit, type Visit } from "./visit.ts";
import { VisitFields } from "./visit-fields.tsx";

const most = 3;
const choiceWords = ["1st choice", "2nd choice", "3rd choice"] as const;

interface ChoicesDialogProps {
  readonly wish: Wish;
  readonly onClose: () => void;
}

/** Asks for one of several free times, the best first: the practice decides which it is. */
export function ChoicesDialog({ wish, onClose }: ChoicesDialogProps) {
  const { providers } = useDirectory();
  const ask = useAskForOneOf();
  const [place, setPlace] = useState<RequestPlace>(() => placeOf(wish, providers));
  const [chosen, setChosen] = useState<readonly OpenSlot[]>([]);
  const [isKept, setKept] = useState(true);
  const [visit, setVisit] = useState<Visit>(noVisit);
  const canAsk = chosen.length > 0 && visit.purpose.trim() !== "";

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (!canAsk) return;
    onClose();
    ask(chosen, visit, isKept);
  }

  return (
    <Dialog title="Ask for one of several times" size="wide" onClose={onClose}>
      <p className="muted">
        Choose up to {most}, the best first. The practice takes one of them, or offers you another.
      </p>
      <form className="booking-form" onSubmit={submit}>
        <PlaceFields
          request={place}
          onRequest={(next) => {
            setPlace(next);
            setChosen([]);
          }}
        />
        <Chosen chosen={chosen} onChosen={setChosen} />
        <FreeTimes place={place} chosen={chosen} onChosen={setChosen} />
        <label className="check">
          <input type="checkbox" checked={isKept} onChange={({ target }) => setKept(target.checked)} />
          Keep them for me for a day, until the practice has answered
        </label>
        <VisitFields visit={visit} onVisit={setVisit} />
        <div className="dialog-buttons">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button button-primary" disabled={chosen.length === 0}>
            Ask for it
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface ChosenProps {
  readonly chosen: readonly OpenSlot[];
  readonly onChosen: (chosen: readonly OpenSlot[]) => void;
}

/** What was chosen so far, in its order. */
function Chosen({ chosen, onChosen }: ChosenProps) {
  const names = useNames();
  if (chosen.length === 0) return <p role="status">Nothing is chosen yet.</p>;
  return (
    <ol className="choices" aria-label="What you ask for">
      {chosen.map((slot, index) => {
        const when = formatWhen(slot.start, slot.end, names.zone(slot.facilityId));
        return (
          <li key={slot.slotId}>
            <span>
              <strong>{when}</strong> <span className="muted">{choiceWords[index]}</span>
            </span>
            <button
              type="button"
              className="button-icon"
              aria-label={`Take away: ${when}`}
              onClick={() => onChosen(chosen.filter(({ slotId }) => slotId !== slot.slotId))}
            >
              <span aria-hidden="true">×</span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}

function FreeTimes({ place, chosen, onChosen }: ChosenProps & { readonly place: RequestPlace }) {
  const { me } = useDirectory();
  const names = useNames();
  const [from] = useState(() => new Date());
  const { items, isLoaded } = useOpenSlots({
    providerIds: [place.providerId],
    facilityId: place.facilityId,
    from,
    to: new Date(from.getTime() + aheadMs),
    subjectId: me.id,
    limit: 300,
  });
  const zone = names.zone(place.facilityId);
  const byDate = Map.groupBy(items, ({ start }) => dateOf(start, zone));
  const mine = new Map(chosen.map(({ slotId }, index) => [slotId, choiceWords[index] ?? ""]));
  const add = (slot: OpenSlot) => onChosen([...chosen, slot].slice(0, most));
  return (
    <section className="choices-times" aria-label="Free times" aria-busy={!isLoaded}>
      {isLoaded && items.length === 0 && <p className="empty">Nothing is free within four weeks.</p>}
      {[...byDate].map(([date, slots]) => (
        <section key={date} aria-label={formatDay(dayOf(date, "UTC").start, "UTC")}>
          <h3>{formatDay(dayOf(date, "UTC").start, "UTC")}</h3>
          <TimeList times={slots.map((offer) => ({ offer, isGone: false }))} mine={mine} onChoose={add} />
        </section>
      ))}
    </section>
  );
}
