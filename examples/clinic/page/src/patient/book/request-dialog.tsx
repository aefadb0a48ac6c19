import { useClient } from "@slotwright/client/react";
import { type FormEvent, useState } from "react";
import { Temporal } from "temporal-polyfill";
import { Dialog } from "../../dialog/dialog.tsx";
import { useNames } from "../../directory/use-names.ts";
import { useNotices } from "../../notices/notices.tsx";
import { useDirectory } from "../../person.ts";
import { addDays, dateOf } from "../../time/days.ts";
import { formatRange, formatShortDay, formatZone, visitorZone } from "../../time/format.ts";
import type { Wish } from "../find/search.ts";
import "./booking.css";
import { useBook } from "./use-book.ts";
import { metadataOf, noVisit, type Visit } from "./visit.ts";
import { VisitFields } from "./visit-fields.tsx";

interface Request {
  readonly providerId: string;
  readonly facilityId: string;
  readonly date: string;
  readonly time: string;
  readonly minutes: number;
}

const lengths = [15, 30, 45, 60, 120, 480] as const;

/** The instants of what was asked for, by the clock of the facility. */
function timesOf({ date, time, minutes }: Request, zone: string): { readonly start: Date; readonly end: Date } {
  const start = Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(zone).epochMilliseconds;
  return { start: new Date(start), end: new Date(start + minutes * 60_000) };
}

/** Most of today is over, as a rule: a wish begins with tomorrow. */
function laterThanToday(date: string): string {
  const tomorrow = addDays(dateOf(new Date(), visitorZone()), 1);
  return date < tomorrow ? tomorrow : date;
}

interface RequestDialogProps {
  readonly wish: Wish;
  readonly date: string;
  readonly onClose: () => void;
}

/** Asks for a time at which nothing is free: the provider may accept it into a slot later. */
export function RequestDialog({ wish, date, onClose }: RequestDialogProps) {
  const { providers } = useDirectory();
  const names = useNames();
  const ask = useAsk();
  const provider = providers.find(
    ({ id, facilityIds }) =>
      id === wish.providerId ||
      (wish.providerId === null && facilityIds.includes(wish.facilityId ?? facilityIds[0] ?? "")),
  );
  const [request, setRequest] = useState<Request>({
    providerId: provider?.id ?? "",
    facilityId: wish.facilityId ?? provider?.facilityIds[0] ?? "",
    date: laterThanToday(date),
    time: "09:00",
    minutes: 30,
  });
  const [visit, setVisit] = useState<Visit>(noVisit);
  const zone = names.zone(request.facilityId);
  const isPast = request.date !== "" && request.time !== "" && timesOf(request, zone).start.getTime() <= Date.now();

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (isPast || visit.purpose.trim() === "") return;
    onClose();
    ask({ ...request, ...timesOf(request, zone) }, visit);
  }

  return (
    <Dialog title="Ask for a time" onClose={onClose}>
      <p className="muted">
        The practice sees what you ask for, and accepts it when the time is free. If it is free already, it is yours at
        once.
      </p>
      <form className="booking-form" onSubmit={submit}>
        <PlaceFields request={request} onRequest={setRequest} />
        <TimeFields request={request} onRequest={setRequest} />
        <p className={isPast ? "field-problem" : "field-hint"} role="status">
          {isPast
            ? "This time is over. Choose a later one."
            : `${formatZone(zone)}, as at ${names.facility(request.facilityId)}.`}
        </p>
        <VisitFields visit={visit} onVisit={setVisit} />
        <div className="dialog-buttons">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button button-primary" disabled={isPast}>
            Ask for it
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface FieldsProps {
  readonly request: Request;
  readonly onRequest: (request: Request) => void;
}

function PlaceFields({ request, onRequest }: FieldsProps) {
  const { providers } = useDirectory();
  const names = useNames();
  const facilityIds = providers.find(({ id }) => id === request.providerId)?.facilityIds ?? [];
  return (
    <div className="field-row">
      <div className="field">
        <label htmlFor="request-provider">With</label>
        <select
          id="request-provider"
          value={request.providerId}
          onChange={({ target: { value: providerId } }) => {
            const places = providers.find(({ id }) => id === providerId)?.facilityIds ?? [];
            const facilityId = places.includes(request.facilityId) ? request.facilityId : (places[0] ?? "");
            onRequest({ ...request, providerId, facilityId });
          }}
        >
          {providers.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor="request-facility">At</label>
        <select
          id="request-facility"
          value={request.facilityId}
          onChange={({ target }) => onRequest({ ...request, facilityId: target.value })}
        >
          {facilityIds.map((id) => (
            <option key={id} value={id}>
              {names.facility(id)}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

function TimeFields({ request, onRequest }: FieldsProps) {
  return (
    <div className="field-row">
      <div className="field">
        <label htmlFor="request-date">Day</label>
        <input
          id="request-date"
          type="date"
          required
          value={request.date}
          onChange={({ target }) => onRequest({ ...request, date: target.value })}
        />
      </div>
      <div className="field">
        <label htmlFor="request-time">Time</label>
        <input
          id="request-time"
          type="time"
          required
          step={300}
          value={request.time}
          onChange={({ target }) => onRequest({ ...request, time: target.value })}
        />
      </div>
      <div className="field">
        <label htmlFor="request-minutes">How long</label>
        <select
          id="request-minutes"
          value={request.minutes}
          onChange={({ target }) => onRequest({ ...request, minutes: Number(target.value) })}
        >
          {lengths.map((minutes) => (
            <option key={minutes} value={minutes}>
              {minutes < 60 ? `${minutes} min` : `${minutes / 60} h`}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

type Asked = Omit<Request, "date" | "time" | "minutes"> & { readonly start: Date; readonly end: Date };

/** Asks, and tells what became of it: it waits, or a free slot was found. */
function useAsk(): (asked: Asked, visit: Visit) => void {
  const { commands } = useClient();
  const { refused, told } = useNotices();
  const { me } = useDirectory();
  const names = useNames();
  const book = useBook();
  return ({ providerId, facilityId, start, end }, visit) => {
    const zone = names.zone(facilityId);
    const when = `${formatShortDay(start, zone)}, ${formatRange(start, end, zone)}, with ${names.provider(providerId)}`;
    commands
      .book({ subjectId: me.id, providerId, facilityId, start, end, ifNoSlot: "schedule", metadata: metadataOf(visit) })
      .then(({ appointment }) =>
        appointment.status === "scheduled"
          ? told(`Asked for: ${when}.`, {
              text: "It is among your appointments, and changes there when the practice answers.",
            })
          : told(`Booked: ${when}.`, { text: "The time was free, so it is yours." }),
      )
      .catch((error: unknown) =>
        refused(error, {
          what: "The time was not asked for.",
          wanted: { providerId, facilityId, start, end },
          again: (offer) => book({ providerId, facilityId, ...offer }, visit),
        }),
      );
  };
}
