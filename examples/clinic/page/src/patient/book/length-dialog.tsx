import { useClient } from "@slotwright/client/react";
import type { FreeTime } from "@slotwright/core";
import { useState } from "react";
import { Dialog } from "../../dialog/dialog.tsx";
import { useNames } from "../../directory/use-names.ts";
import { SelectField } from "../../fields/select-field.tsx";
import { useDirectory } from "../../person.ts";
import { dateOf, dayOf } from "../../time/days.ts";
import { formatDay } from "../../time/format.ts";
import type { Wish } from "../find/search.ts";
import { lengthOf, TimeList } from "../find/time-list.tsx";
import { aheadMs, timesOfLength } from "../find/times-of-length.ts";
import { endsMs, useAsked } from "../find/use-asked.ts";
import "../find/find.css";
import "./booking.css";
import { lengths, placeOf, type RequestPlace } from "./request.ts";
import { PlaceFields } from "./request-fields.tsx";

interface LengthDialogProps {
  readonly wish: Wish;
  readonly onChoose: (time: FreeTime) => void;
  readonly onClose: () => void;
}

/** Chooses a time that is as long as the person needs: of the hours in which a practice cuts no slots, or a slot that is long enough. */
export function LengthDialog({ wish, onChoose, onClose }: LengthDialogProps) {
  const { providers } = useDirectory();
  const [place, setPlace] = useState<RequestPlace>(() => placeOf(wish, providers));
  const [minutes, setMinutes] = useState<number>(45);
  const times = useTimesOfLength(place, minutes);

  function choose(time: FreeTime): void {
    onClose();
    onChoose(time);
  }

  return (
    <Dialog title="Choose how long it takes" size="wide" onClose={onClose}>
      <div className="booking-form">
        <PlaceFields request={place} onRequest={setPlace} />
        <SelectField
          id="length-minutes"
          label="How long"
          value={minutes}
          onValue={(value) => setMinutes(Number(value))}
        >
          {lengths.map((length) => (
            <option key={length} value={length}>
              {lengthOf(new Date(0), new Date(length * 60_000))}
            </option>
          ))}
        </SelectField>
        <FreeTimes {...{ place, times }} onChoose={choose} />
        <p className="field-hint">
          The time you choose is kept for you for a few minutes, while you say what it is about.
        </p>
        <div className="dialog-buttons">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </div>
    </Dialog>
  );
}

interface FreeTimesProps {
  readonly place: RequestPlace;
  /** Undefined if they are not known yet. */
  readonly times: readonly FreeTime[] | undefined;
  readonly onChoose: (time: FreeTime) => void;
}

/** None is chosen yet: the one that is closes the dialog. */
const noneMine: ReadonlyMap<string, string> = new Map();

function FreeTimes({ place, times, onChoose }: FreeTimesProps) {
  const names = useNames();
  const zone = names.zone(place.facilityId);
  const byDate = Map.groupBy(times ?? [], ({ start }) => dateOf(start, zone));
  return (
    <section className="choices-times" aria-label="Free times" aria-busy={times === undefined}>
      {times?.length === 0 && <p className="empty">Nothing so long is free within four weeks. Try another length.</p>}
      {[...byDate].map(([date, ofDate]) => (
        <section key={date} aria-label={formatDay(dayOf(date, "UTC").start, "UTC")}>
          <h3>{formatDay(dayOf(date, "UTC").start, "UTC")}</h3>
          <TimeList times={ofDate.map((offer) => ({ offer, isGone: false }))} mine={noneMine} onChoose={onChoose} />
        </section>
      ))}
    </section>
  );
}

/** Free times of this length that the person could book, live. */
function useTimesOfLength({ providerId, facilityId }: RequestPlace, minutes: number): readonly FreeTime[] | undefined {
  const { calls } = useClient();
  const { me } = useDirectory();
  function ask(): Promise<readonly FreeTime[]> {
    const from = new Date();
    const wanted = { providerIds: [providerId], facilityId, minutes, subjectId: me.id, limit: 500 };
    return timesOfLength(calls, { ...wanted, from, to: new Date(from.getTime() + aheadMs) });
  }
  return useAsked(JSON.stringify([providerId, facilityId, minutes]), ask, endsMs);
}
