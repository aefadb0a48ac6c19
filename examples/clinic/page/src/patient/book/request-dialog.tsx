import { type FormEvent, useState } from "react";
import { Dialog } from "../../dialog/dialog.tsx";
import { useNames } from "../../directory/use-names.ts";
import { useDirectory } from "../../person.ts";
import { addDays, dateOf } from "../../time/days.ts";
import { formatZone } from "../../time/format.ts";
import type { Wish } from "../find/search.ts";
import { placeOf, problemIn, type Request, timesOf } from "./request.ts";
import { PlaceFields, TimeFields } from "./request-fields.tsx";
import { useAsk } from "./use-ask.ts";
import "./booking.css";
import { noVisit, type Visit } from "./visit.ts";
import { VisitFields } from "./visit-fields.tsx";

/** Most of today is over at the facility, as a rule: a wish begins with tomorrow. */
function laterThanToday(date: string, zone: string): string {
  const tomorrow = addDays(dateOf(new Date(), zone), 1);
  return date < tomorrow ? tomorrow : date;
}

interface RequestDialogProps {
  readonly wish: Wish;
  readonly date: string;
  readonly onClose: () => void;
}

/** Asks for a time, whether or not something is free: the practice decides. */
export function RequestDialog({ wish, date, onClose }: RequestDialogProps) {
  const { providers, searchableDays } = useDirectory();
  const names = useNames();
  const ask = useAsk();
  const [request, setRequest] = useState<Request>(() => {
    const place = placeOf(wish, providers);
    return { ...place, date: laterThanToday(date, names.zone(place.facilityId)), time: "09:00", minutes: 30 };
  });
  const [visit, setVisit] = useState<Visit>(noVisit);
  const zone = names.zone(request.facilityId);
  const problem = problemIn(request, zone, searchableDays);

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (problem !== null || visit.purpose.trim() === "") return;
    onClose();
    ask({ ...request, ...timesOf(request, zone) }, visit);
  }

  return (
    <Dialog title="Ask for a time" onClose={onClose}>
      <p className="muted">
        The practice sees what you ask for, and accepts it, declines it, or offers you another time.
      </p>
      <form className="booking-form" onSubmit={submit}>
        <PlaceFields request={request} onRequest={setRequest} />
        <TimeFields request={request} onRequest={setRequest} />
        <p className={problem === null ? "field-hint" : "field-problem"} role="status">
          {problem ?? `${formatZone(zone)}, as at ${names.facility(request.facilityId)}.`}
        </p>
        <VisitFields visit={visit} onVisit={setVisit} />
        <div className="dialog-buttons">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button button-primary" disabled={problem !== null}>
            Ask for it
          </button>
        </div>
      </form>
    </Dialog>
  );
}
