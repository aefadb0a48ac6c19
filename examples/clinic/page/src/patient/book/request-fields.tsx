import { useNames } from "../../directory/use-names.ts";
import { useDirectory } from "../../person.ts";
import { lengths, type Request } from "./request.ts";

interface FieldsProps {
  readonly request: Request;
  readonly onRequest: (request: Request) => void;
}

/** With whom, and where. */
export function PlaceFields({ request, onRequest }: FieldsProps) {
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

/** When, and how long. */
export function TimeFields({ request, onRequest }: FieldsProps) {
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
