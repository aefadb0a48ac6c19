import { isComputedId } from "./computed-id.ts";
import { fieldNamesOf } from "./field-names.ts";
import type { Hours } from "./hours.ts";
import { computedSlotId, scheduleIdOf } from "./schedule.ts";
import type { Slot } from "./slot.ts";
import type { ZoneRules } from "./zone-rules.ts";

/** The hours of a provider at a facility, as a record with versions: when something is on offer, by the clocks of the place. */
export interface Availability {
  readonly kind: "availability";
  readonly id: string;
  readonly providerId: string;
  readonly facilityId: string;
  /** IANA name, for example `Europe/Berlin`: by whose clocks the hours are meant. */
  readonly timeZone: string;
  /** In one form, whatever was written: minutes since midnight, with each default filled in. */
  readonly hours: Hours;
  /** By which rules of the zone slots have been published or openings booked, the latest last. At most 8. */
  readonly zoneRules: readonly ZoneRules[];
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export const availabilityFieldNames = fieldNamesOf<Availability>({
  id: true,
  providerId: true,
  facilityId: true,
  timeZone: true,
  hours: true,
  zoneRules: true,
  version: true,
  createdAt: true,
  updatedAt: true,
});

/** It belongs to one facility, also where a schedule spans all of the provider's. Two who set it first meet on its id. */
export function availabilityIdOf(providerId: string, facilityId: string): string {
  return scheduleIdOf(providerId, facilityId);
}

/**
 * Whether the slot was made of an opening of its hours. An id alone has the form of theirs; this tells it from one that somebody
 * chose before that form was theirs.
 */
export function isComputedSlot({
  id,
  providerId,
  facilityId,
  start,
  seat,
}: Pick<Slot, "id" | "providerId" | "facilityId" | "start" | "seat">): boolean {
  const count = Number.parseInt(id.slice(-12), 16);
  return isComputedId(id) && id === computedSlotId(availabilityIdOf(providerId, facilityId), start, seat, count);
}
