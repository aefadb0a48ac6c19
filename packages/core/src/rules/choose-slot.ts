import { fnv1a } from "../model/fnv1a.ts";
import { containing } from "../model/search.ts";
import type { Slot } from "../model/slot.ts";
import { durationMs, type PlaceInTime } from "../model/time-range.ts";
import type { Context, SearchForHeld, SearchForOne } from "./decision.ts";

/** The search for a free slot that contains the wanted time. The slots that start closest to it come first. */
export function searchFreeSlot(
  { providerId, facilityId, start, end }: PlaceInTime,
  except: readonly string[] = [],
): SearchForOne {
  const place = { providerIds: [providerId], facilityId, statuses: ["available"] as const };
  const others = except.length === 0 ? {} : { except };
  return { ...containing({ start, end }), ...place, ...others, descending: true, takesOne: true };
}

/**
 * The search for a slot that the tokens hold and that contains the wanted time. One whose hold has ended is found as well, so that
 * its holder learns that: it counts as available by then, or as withdrawn if it was made for the hold.
 */
export function searchHeldSlot(
  { providerId, facilityId, start, end }: PlaceInTime,
  tokens: readonly string[],
  except: readonly string[],
  { hash }: Pick<Context, "hash">,
): SearchForHeld {
  const statuses = ["held", "available", "withdrawn"] as const;
  const place = { providerIds: [providerId], facilityId, statuses };
  return { ...containing({ start, end }), ...place, heldBy: tokens.map(hash), except };
}

/** Of the slots that match the search, that which the tokens hold: the shortest, and one whose hold lasts before any other. */
export function chooseHeld(
  matching: readonly Slot[],
  { heldBy, except }: SearchForHeld,
  { now, command }: Pick<Context, "now" | "command">,
): Slot | undefined {
  const held = matching.filter(
    ({ id, status, hold }) =>
      status === "held" && hold !== null && heldBy.includes(hold.tokenHash) && !except.includes(id),
  );
  const lasting = held.filter(({ hold }) => hold !== null && hold.expiresAt > now);
  return chooseSlot(lasting.length > 0 ? lasting : held, command.id);
}

/**
 * The free slot that fits best: the shortest. Among equal ones (the seats of a group slot) `salt` picks one, so that
 * callers of the same moment do not all go for the first seat.
 */
export function chooseSlot(free: readonly Slot[], salt: string): Slot | undefined {
  const shortest = Math.min(...free.map(durationMs));
  const fitting = free.filter((slot) => durationMs(slot) === shortest);
  return fitting[fnv1a(salt) % Math.max(fitting.length, 1)];
}
