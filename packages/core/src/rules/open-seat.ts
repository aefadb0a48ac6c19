import type { Availability } from "../model/availability.ts";
import { computedSlotId, scheduleIdIn } from "../model/schedule.ts";
import { overlapping } from "../model/search.ts";
import { type newSlot, type Slot, slotAsOf, slotStatuses } from "../model/slot.ts";
import { contains, type PlaceInTime } from "../model/time-range.ts";
import type { Context, FurtherReads, Seen } from "./decision.ts";
import { isComputed, openingAt, seatsBeside } from "./hours/computed.ts";
import { availabilityKey } from "./set-availability.ts";

/** What a slot is made of. */
export type SlotToMake = Parameters<typeof newSlot>[0];

/**
 * What tells whether a time is a computed opening: the hours and the schedule, and then all that is stored at that time, of
 * withdrawn slots as well, whose ids are taken. The schedule is read before the slots, and all who add one write it, so
 * what is seen of them is all there is as long as the schedule is the same.
 */
export function openingReads(place: PlaceInTime, seen: Seen, context: Context): FurtherReads {
  const scheduleId = scheduleIdIn(place, context);
  const keys = [{ kind: "schedule", id: scheduleId } as const, availabilityKey(place)];
  // A slot that was published or freed a moment ago is taken as it is. No opening is made where it lies.
  const wasMissed = (slot: Slot) =>
    slotAsOf(slot, context.now).status === "available" && slot.facilityId === place.facilityId && contains(slot, place);
  if (openingIn(seen.availability(availabilityKey(place).id), place) === undefined) return { keys, wasMissed };
  const search = { ...overlapping(place), providerIds: [place.providerId], scheduleId, statuses: slotStatuses };
  return { keys, search, wasMissed };
}

function openingIn(availability: Availability | undefined, place: PlaceInTime) {
  return availability && isComputed(availability) ? openingAt(availability, place) : undefined;
}

/**
 * The slot that a booking or a hold of this time makes. Undefined if the time is no computed opening, or something is in its way.
 * @param withdrawn Ids of slots that the same command withdraws. Default: none
 */
export function slotForOpening(
  place: PlaceInTime,
  seen: Seen,
  context: Context,
  withdrawn: readonly string[] = [],
): SlotToMake | undefined {
  if (seen.obstacles === undefined) return undefined;
  const { providerId, facilityId, start, end } = place;
  const availability = seen.availability(availabilityKey(place).id);
  const opening = openingIn(availability, place);
  if (availability === undefined || opening === undefined) return undefined;
  const staying = seen.obstacles.filter(({ id }) => !withdrawn.includes(id)).map((slot) => slotAsOf(slot, context.now));
  const free = seatsBeside(staying, facilityId)(opening);
  if (free === undefined) return undefined;
  const { seat } = free;
  const id = freeId(availability, { start, seat }, seen.obstacles, context);
  return { id, scheduleId: scheduleIdIn(place, context), providerId, facilityId, seat, start, end, metadata: {} };
}

/**
 * Slots that were withdrawn keep their ids, and so does the history of one whose row was deleted by hand. So the count does not
 * begin with the first that is free among the rows, but where the command says.
 */
function freeId(
  { id }: Availability,
  { start, seat }: Pick<Slot, "start" | "seat">,
  stored: readonly Slot[],
  { command, hash }: Context,
): string {
  const known = new Set(stored.map((slot) => slot.id));
  for (let count = Number.parseInt(hash(command.id).slice(0, countDigits), 16); ; count += 1) {
    const next = computedSlotId(id, start, seat, count);
    if (!known.has(next)) return next;
  }
}

/** Hexadecimal ones, of the twelve that an id has for it. */
const countDigits = 11;
