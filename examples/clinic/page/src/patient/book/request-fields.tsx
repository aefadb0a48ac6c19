import { useNames } from "../../directory/use-names.ts";
import { Options } from "../../fields/options.tsx";
import { SelectField } from "../../fields/select-field.tsx";
import { useDirectory } from "../../person.ts";
import { lastDay, lengths, type Request, type RequestPlace } from "./request.ts";

interface FieldsProps<Asked> {
  readonly request: Asked;
  readonly onRequest: (request: Asked) => void;
}

/** With whom, and where. */
export function PlaceFields<Asked extends RequestPlace>({ request, onRequest }: FieldsProps<Asked>) {
  const { providers } = useDirectory();
  const names = useNames();
  const placesOf = (providerId: string) => providers.find(({ id }) => id === providerId)?.facilityIds ?? [];

  function chooseProvider(providerId: string): void {
    const places = placesOf(providerId);
    const facilityId = places.includes(request.facilityId) ? request.facilityId : (places[0] ?? "");
    onRequest({ ...request, providerId, facilityId });
  }

  return (
    <div className="field-row">
      <SelectField id="request-provider" label="With" value={request.providerId} onValue={chooseProvider}>
        <Options of={providers} />
      </SelectField>
      <SelectField
        id="request-facility"
        label="At"
        value={request.facilityId}
        onValue={(facilityId) => onRequest({ ...request, facilityId })}
      >
        <Options of={placesOf(request.providerId).map((id) => ({ id, name: names.facility(id) }))} />
      </SelectField>
    </div>
  );
}

/** When, and how long. */
export function TimeFields({ request, onRequest }: FieldsProps<Request>) {
  const { searchableDays } = useDirectory();
  const { zone } = useNames();
  return (
    <div className="field-row">
      <div className="field">
        <label htmlFor="request-date">Day</label>
        <input
          id="request-date"
          type="date"
          required
          max={lastDay(zone(request.facilityId), searchableDays)}
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
      <SelectField
        id="request-minutes"
        label="How long"
        value={request.minutes}
        onValue={(minutes) => onRequest({ ...request, minutes: Number(minutes) })}
      >
        <Options of={lengths.map((id) => ({ id, name: id < 60 ? `${id} min` : `${id / 60} h` }))} />
      </SelectField>
    </div>
  );
}
