import { useNames } from "../../directory/use-names.ts";
import { useDirectory } from "../../person.ts";
import { agree, formatDay, formatRange, formatZone, visitorZone } from "../../time/format.ts";

interface WhenWhereProps {
  readonly providerId: string;
  readonly facilityId: string;
  readonly start: Date;
  readonly end: Date;
}

/** When an appointment is, by the clock of the facility and by the visitor's where it differs, and with whom and where. */
export function WhenWhere({ providerId, facilityId, start, end }: WhenWhereProps) {
  const { facilities } = useDirectory();
  const names = useNames();
  const zone = names.zone(facilityId);
  const local = visitorZone();
  return (
    <div className="when-where">
      <p className="when">
        {formatDay(start, zone)}, {formatRange(start, end, zone)}
      </p>
      {!agree(start, zone, local) && (
        <p className="muted">
          {formatZone(zone)}. Where you are: {formatDay(start, local)}, {formatRange(start, end, local)}
        </p>
      )}
      <p>{names.provider(providerId)}</p>
      <p className="muted">
        {names.facility(facilityId)}, {facilities.find(({ id }) => id === facilityId)?.address}
      </p>
    </div>
  );
}
