import type { Availability } from "../model/availability.ts";
import { minuteMs } from "../model/local-date.ts";
import { overlapping } from "../model/search.ts";
import { listedStatuses, type Slot, slotAsOf } from "../model/slot.ts";
import { durationMs, overlaps, type PlaceInTime } from "../model/time-range.ts";
import type { Seen } from "../rules/decision.ts";
import { isComputed } from "../rules/hours/computed.ts";
import type { Survey } from "../rules/sight.ts";
import { candidatesAfter, seenForOpening } from "./free-times/candidates.ts";
import type { EngineSettings } from "./options.ts";

/** A computed opening, as the slot that its booking would make. */
export interface AlternativeOpening {
  readonly slot: Slot;
  /** What a booking of it would see, with what lies around it. */
  readonly seen: (around: Survey | undefined) => Seen;
}

/** How far from the wanted time openings are considered, to both sides. */
const nearMs = 7 * 24 * 60 * minuteMs;

/** How many slots are read of that time. Of a schedule with more, nothing is considered. */
const mostSlots = 5_000;

interface HoursOf {
  readonly hours: Availability | undefined;
  /** Ids of slots that are withdrawn in the same step, and so are in no opening's way. */
  readonly given: readonly string[];
}

/** The computed openings near a wanted time that last as long. */
export async function openingsNear(
  { storage, clock, overlapScope }: EngineSettings,
  wanted: PlaceInTime,
  { hours, given }: HoursOf,
  until: number,
): Promise<readonly AlternativeOpening[]> {
  if (hours === undefined || !isComputed(hours)) return [];
  const { providerId, facilityId, start } = wanted;
  const asOf = clock.now();
  const stretch = { from: new Date(start.getTime() - nearMs), to: new Date(start.getTime() + nearMs) };
  const reach = { start: stretch.from, end: new Date(stretch.to.getTime() + durationMs(wanted)) };
  const place = overlapScope === "facility" ? { facilityId } : {};
  const query = { ...overlapping(reach), ...place, providerIds: [providerId], statuses: listedStatuses };
  const found = await storage.findSlots({ ...query, asOf, displayOnly: true, limit: mostSlots }, until);
  if (found.length === mostSlots) return [];
  const slots = found.flatMap((slot) => (given.includes(slot.id) ? [] : slotAsOf(slot, asOf)));
  const minutes = durationMs(wanted) / minuteMs;
  const search = { providerIds: [providerId], facilityId, minutes, asOf, overlapScope, descending: false };
  return [...candidatesAfter(search, stretch, undefined, [{ providerId, hours, slots }])].flatMap(
    ({ opening, slots }) => {
      const [slot] = slots();
      if (opening === undefined || slot === undefined) return [];
      const stored = opening.stored.filter((one) => overlaps(one, slot));
      return [{ slot, seen: (around: Survey | undefined) => seenForOpening({ hours, stored }, around) }];
    },
  );
}
