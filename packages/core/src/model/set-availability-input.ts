import type { CommandEnvelope } from "./command-envelope.ts";
import type { Hours } from "./hours.ts";
import type { InstantInput } from "./instant.ts";

/** What `setAvailability` takes. */
export interface SetAvailabilityInput extends CommandEnvelope {
  /** Whose hours they are: your id for a practitioner, a room or a device. 1 to 128 characters. */
  readonly providerId: string;
  /** Where they hold: your id for a facility. 1 to 128 characters. */
  readonly facilityId: string;
  /**
   * The IANA time zone by whose clocks the hours are meant, such as `Europe/Berlin`. Default: the zone that they had, else
   * that of the schedule, else `UTC`.
   */
  readonly timeZone?: string | undefined;
  /** All of the hours: they take the place of those before. At most 1500 exceptions, and 262 144 characters of JSON. */
  readonly hours: Hours;
  /** Whether it only says what publishing would do once these hours hold, and changes nothing. Default `false`. */
  readonly dryRun?: boolean | undefined;
  /** Until when a dry run looks: slots that start before this instant. At most 800 days ahead. Default: in 62 days. */
  readonly until?: InstantInput | undefined;
  /**
   * The version of the availability that the caller has seen; 0 if there was none. Another version is refused with
   * `version_conflict`. Default: any version.
   */
  readonly ifVersion?: number | undefined;
}
