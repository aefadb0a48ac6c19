import { containing } from "../model/search.ts";
import type { Slot } from "../model/slot.ts";
import { durationMs, type TimeRange } from "../model/time-range.ts";
import type { Reads } from "./decision.ts";

interface WantedTime extends TimeRange {
  readonly providerId: string;
  readonly facilityId: string;
}

/** How many free slots are looked at: enough for callers who come at the same moment to spread over the seats. */
const candidates = 64;

/** The search for free slots that contain the wanted time, those that start closest to it first. */
export function searchFreeSlot({ providerId, facilityId, ...wanted }: WantedTime): NonNullable<Reads["search"]> {
  const place = { providerIds: [providerId], facilityId, statuses: ["available"] as const };
  return { ...containing(wanted), ...place, descending: true, limit: candidates };
}

/**
 * The free slot that fits best: the shortest, and among those that are alike (the seats of a group slot) one picked
 * by `salt`, so that callers of the same moment do not all run for the first seat.
 */
export function chooseSlot(free: readonly Slot[], salt: string): Slot | undefined {
  const shortest = Math.min(...free.map(durationMs));
  const fitting = free.filter((slot) => durationMs(slot) === shortest);
  return fitting[spread(salt) % Math.max(fitting.length, 1)];
}

/** A number from a text, evenly spread: FNV-1a, 32 bits (Fowler, Noll, Vo). */
function spread(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
