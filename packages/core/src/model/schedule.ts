import { v5 as uuidFromName } from "uuid";
import { fieldNamesOf } from "./field-names.ts";

/** One provider at one facility: the line on which slots may not overlap. */
export interface Schedule {
  readonly kind: "schedule";
  readonly id: string;
  readonly providerId: string;
  /** Null where `overlapScope` is `"provider"`: the schedule then spans all of the provider's facilities. */
  readonly facilityId: string | null;
  /** IANA name, for example `Europe/Berlin`, spelled as in the call that created the schedule: its first `createSlots` or `setAvailability`. */
  readonly timeZone: string;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export const scheduleFieldNames = fieldNamesOf<Schedule>({
  id: true,
  providerId: true,
  facilityId: true,
  timeZone: true,
  version: true,
  createdAt: true,
  updatedAt: true,
});

/** Whether a schedule is a provider at one facility, or the provider wherever they are. */
export type OverlapScope = "facility" | "provider";

const namespace = "5b0f3f0a-9a52-4c0e-8f0e-6f7d1c1d5a10";

const published = "d6a2c7de-3b1c-4d4e-9a86-0f3c1b7e2a58";

/**
 * The id of a slot that is published, so that two who publish the same hours meet on it instead of making two. `again` counts
 * the slots that were withdrawn before at the same time and seat. The instant names the time: the clocks show some times
 * twice, and what was published before the rules of a zone have changed must be known again.
 */
export function publishedSlotId(availabilityId: string, start: Date, seat: number, again: number): string {
  return uuidFromName(JSON.stringify([availabilityId, start.getTime(), seat, again]), published);
}

const computed = "8f7c5d0e-1d0b-4b43-9c0e-5a1f6b7e0c34";

/**
 * The id of a slot that is made of a computed opening: a UUID of version 8 (RFC 9562), which is a hash as that of a
 * published slot, but for the last group, which has a count. So a slot alone tells that it was made so, which
 * a command that frees it, and a list of what is free, ask without another read.
 */
export function computedSlotId(availabilityId: string, start: Date, seat: number, count: number): string {
  const hash = uuidFromName(JSON.stringify([availabilityId, start.getTime(), seat, count]), computed);
  return `${hash.slice(0, 14)}8${hash.slice(15, 24)}${count.toString(16).padStart(12, "0")}`;
}

/**
 * The schedule's id is a name-based UUID (RFC 9562, version 5) of provider and facility, so that two callers who
 * create the same schedule at the same moment collide on its primary key instead of making two.
 */
export function scheduleIdOf(providerId: string, facilityId: string | null): string {
  return uuidFromName(JSON.stringify([providerId, facilityId]), namespace);
}

/** The schedule that a slot at a place belongs to: the provider's at the facility, or the provider's everywhere. */
export function scheduleIdIn(
  { providerId, facilityId }: { readonly providerId: string; readonly facilityId: string },
  { overlapScope }: { readonly overlapScope: OverlapScope },
): string {
  return scheduleIdOf(providerId, overlapScope === "facility" ? facilityId : null);
}
