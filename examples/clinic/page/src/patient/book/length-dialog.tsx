import { useClient } from "@slotwright/client/react";
import type { FreeTime } from "@slotwright/core";
import { type FormEvent, useState } from "react";
import { Dialog } from "../../dialog/dialog.tsx";
import { useNames } from "../../directory/use-names.ts";
import { SelectField } from "../../fields/select-field.tsx";
import { useDirectory } from "../../person.ts";
import { dateOf, dayOf } from "../../time/days.ts";
import { formatDay } from "../../time/format.ts";
import { timeKey, type Wish } from "../find/search.ts";
import { lengthOf, TimeList } from "../find/time-list.tsx";
import { useAsked } from "../find/use-asked.ts";
import "../find/find.css";
import "./booking.css";
import { lengths, placeOf, type RequestPlace } from "./request.ts";
import { PlaceFields } from "./request-fields.tsx";
import type { useBook } from "./use-book.ts";
import { noVisit, type Visit } from "./visit.ts";
import { VisitFields } from "./visit-fields.tsx";
import { WhenWhere } from "./when-where.tsx";

const aheadMs = 28 * 24 * 60 * 60 * 1000;
/** A page may have few times where rules keep many from the person. */
const mostPages = 5;

interface LengthDialogProps {
  readonly wish: Wish;
  readonly onBook: ReturnType<typeof useBook>;
  readonly onClose: () => void;
}

/** Books a time that is as long as the person needs: of the hours in which a practice cuts no slots, or a slot that is long enough. */
export function LengthDialog({ wish, onBook, onClose }: LengthDialogProps) {
  const { providers } = useDirectory();
  const [place, setPlace] = useState<RequestPlace>(() => placeOf(wish, providers));
  const [minutes, setMinutes] = useState<number>(45);
  const [chosen, setChosen] = useState<FreeTime | null>(null);
  const [visit, setVisit] = useState<Visit>(noVisit);
  const times = useTimesOfLength(place, minutes);
  const isFree = chosen !== null && times?.some((time) => timeKey(time) === timeKey(chosen)) === true;

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (chosen === null || !isFree || visit.purpose.trim() === "") return;
    onClose();
    const { providerId, facilityId, start, end } = chosen;
    onBook({ providerId, facilityId, start, end }, visit);
  }

  return (
    <Dialog title="Choose how long it takes" size="wide" onClose={onClose}>
      <form className="booking-form" onSubmit={submit}>
        <PlaceFields
          request={place}
          onRequest={(next) => {
            setPlace(next);
            setChosen(null);
          }}
        />
        <SelectField
          id="length-minutes"
          label="How long"
          value={minutes}
          onValue={(value) => {
            setMinutes(Number(value));
            setChosen(null);
          }}
        >
          {lengths.map((length) => (
            <option key={length} value={length}>
              {lengthOf(new Date(0), new Date(length * 60_000))}
            </option>
          ))}
        </SelectField>
        <FreeTimes {...{ place, times, chosen }} onChoose={setChosen} />
        {chosen === null ? (
          <p role="status">Choose a time.</p>
        ) : (
          <Chosen chosen={chosen} isFree={isFree || times === undefined} />
        )}
        <VisitFields visit={visit} onVisit={setVisit} />
        <div className="dialog-buttons">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button button-primary" disabled={!isFree}>
            Book
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Chosen({ chosen, isFree }: { readonly chosen: FreeTime; readonly isFree: boolean }) {
  return (
    <div role="status">
      <WhenWhere {...chosen} />
      <p className="hold-note">
        {isFree
          ? "This time is not kept for you. Book it, and you hear at once whether somebody was faster."
          : "This time is not free any longer. Choose another one."}
      </p>
    </div>
  );
}

interface FreeTimesProps {
  readonly place: RequestPlace;
  /** Undefined if they are not known yet. */
  readonly times: readonly FreeTime[] | undefined;
  readonly chosen: FreeTime | null;
  readonly onChoose: (time: FreeTime) => void;
}

function FreeTimes({ place, times, chosen, onChoose }: FreeTimesProps) {
  const names = useNames();
  const zone = names.zone(place.facilityId);
  const byDate = Map.groupBy(times ?? [], ({ start }) => dateOf(start, zone));
  const mine = new Map(chosen === null ? [] : [[chosen.slotId ?? timeKey(chosen), "chosen"]]);
  return (
    <section className="choices-times" aria-label="Free times" aria-busy={times === undefined}>
      {times?.length === 0 && <p className="empty">Nothing so long is free within four weeks. Try another length.</p>}
      {[...byDate].map(([date, ofDate]) => (
        <section key={date} aria-label={formatDay(dayOf(date, "UTC").start, "UTC")}>
          <h3>{formatDay(dayOf(date, "UTC").start, "UTC")}</h3>
          <TimeList times={ofDate.map((offer) => ({ offer, isGone: false }))} {...{ mine, onChoose }} />
        </section>
      ))}
    </section>
  );
}

/** Free times of this length that the person could book, as long as the feed has no news of them. */
function useTimesOfLength({ providerId, facilityId }: RequestPlace, minutes: number): readonly FreeTime[] | undefined {
  const { calls } = useClient();
  const { me } = useDirectory();
  return useAsked(JSON.stringify([providerId, facilityId, minutes]), async () => {
    const from = new Date();
    const wanted = { providerIds: [providerId], facilityId, minutes, subjectId: me.id, limit: 500 };
    const window = { from, to: new Date(from.getTime() + aheadMs) };
    const times: FreeTime[] = [];
    for (
      let [cursor, pages] = [null as string | null, 0];
      pages === 0 || (cursor !== null && pages < mostPages);
      pages++
    ) {
      const page = await calls.findTimes({ ...wanted, ...window, cursor });
      times.push(...page.items);
      cursor = page.nextCursor;
    }
    return times;
  });
}
