import type { Availability, Slot } from "@slotwright/core";
import { compareIds } from "@slotwright/core/adapter";
import { availabilityIdOf, computedTimes, isComputed, sha256, slotAsOf } from "@slotwright/core/checking";
import type { Records } from "./model-state.ts";
import type { SearchInput } from "./search-input.ts";

/** Something that a search may find. */
export interface Offer {
  readonly providerId: string;
  readonly facilityId: string;
  readonly start: Date;
  readonly end: Date;
  /** The free seats that are stored. None of a computed opening. */
  readonly slots: readonly Slot[];
  /** Of a computed opening: the hours, how many seats it has, and what is stored. */
  readonly opening?: { readonly hours: Availability; readonly seats: number; readonly stored: readonly Slot[] };
  readonly isMine: boolean;
}

/**
 * What is on offer by the hours as they are in the first of these and the slots as they are in the second, in the order of the
 * answer. It is deliberately written apart from the engine and the adapters, and looks at everything, so that it does not share
 * their mistakes. What the hours offer by the clocks is the library's, which is compared with Temporal elsewhere.
 */
export function offersIn(input: SearchInput, hours: Records, stored: Records, now: Date): readonly Offer[] {
  const slots = slotsIn(stored, now);
  const found = [...storedOffers(input, slots), ...computedOffers(input, hours, slots)];
  return found.sort((one, other) => (input.descending ? -1 : 1) * comparePlaces(placeOf(one), placeOf(other)));
}

/** Where an offer stands in the order of an answer. */
export interface OfferPlace {
  readonly start: Date;
  readonly isComputed: boolean;
  /** Of the slot, or of the provider. */
  readonly id: string;
}

/** Of two that start together, one that is stored comes first. */
export function comparePlaces(one: OfferPlace, other: OfferPlace): number {
  return (
    one.start.getTime() - other.start.getTime() ||
    Number(one.isComputed) - Number(other.isComputed) ||
    compareIds(one.id, other.id)
  );
}

function placeOf({ start, slots, providerId, opening }: Offer): OfferPlace {
  return { start, isComputed: opening !== undefined, id: lowest(slots)?.id ?? providerId };
}

function lowest(slots: readonly Slot[]): Slot | undefined {
  return [...slots].sort((one, other) => compareIds(one.id, other.id))[0];
}

/** As the answer has it. */
export function shownAs(offer: Offer): object {
  const { providerId, facilityId, start, end, slots, opening, isMine } = offer;
  const { id: slotId, version } = lowest(slots) ?? { id: null, version: null };
  const seats = opening?.seats ?? slots.length;
  return { slotId, providerId, facilityId, start, end, version, seats, ...(isMine && { mine: true }) };
}

/** All that are there, as they count now. */
export function slotsIn(records: Records, now: Date): readonly Slot[] {
  const slots = [...records.values()].filter((record) => record.kind === "slot");
  return slots.map((slot) => slotAsOf(slot, now)).filter(({ status }) => status !== "withdrawn");
}

/** Whether it is where the search looks. */
export function isWanted({ providerIds, facilityId, from, to }: SearchInput, slot: Slot): boolean {
  return (
    (providerIds === undefined || providerIds.includes(slot.providerId)) &&
    (facilityId === undefined || slot.facilityId === facilityId) &&
    (from === undefined || slot.start >= from) &&
    (to === undefined || slot.start < to)
  );
}

/** Slots that are free, or held by the caller, those of one time together. */
function storedOffers(input: SearchInput, slots: readonly Slot[]): readonly Offer[] {
  const { minutes = 0 } = input;
  const offers = new Map<string, Offer>();
  for (const slot of slots) {
    const { id, providerId, facilityId, start, end, status } = slot;
    const isMine = status === "held" && isOwn(input, slot);
    if (!isWanted(input, slot) || !(status === "available" || isMine)) continue;
    if (end.getTime() - start.getTime() < minutes * 60_000) continue;
    // Of times, each seat that the caller holds is an offer by itself.
    const alone = isMine && input.minutes !== undefined ? id : "";
    const name = JSON.stringify([providerId, facilityId, start, end, isMine, alone]);
    const others = offers.get(name)?.slots ?? [];
    offers.set(name, { providerId, facilityId, start, end, isMine, slots: [...others, slot] });
  }
  return [...offers.values()];
}

function isOwn({ holdTokens, holderId }: SearchInput, { hold }: Slot): boolean {
  if (hold === null) return false;
  return holdTokens.map(sha256).includes(hold.tokenHash) || (holderId !== undefined && hold.holderId === holderId);
}

function computedOffers(input: SearchInput, records: Records, slots: readonly Slot[]): readonly Offer[] {
  return hoursOf(input, records).flatMap((hours) => {
    const { providerId, facilityId } = hours;
    const { overlapScope, minutes = 0, from, to } = input;
    const onSchedule = slots.filter(
      (slot) => slot.providerId === providerId && (overlapScope === "provider" || slot.facilityId === facilityId),
    );
    const times = [...computedTimes(hours, Number(from), Number(to), minutes)];
    return times.flatMap(({ start, end, capacity }): readonly Offer[] => {
      const across = onSchedule.filter((slot) => Number(slot.start) < end && Number(slot.end) > start);
      const seats = seatsBeside(across, { start, end, capacity, facilityId });
      const time = { providerId, facilityId, start: new Date(start), end: new Date(end) };
      return seats === 0 ? [] : [{ ...time, slots: [], opening: { hours, seats, stored: across }, isMine: false }];
    });
  });
}

/** Those of which openings are computed. */
function hoursOf({ providerIds, facilityId, minutes }: SearchInput, records: Records): readonly Availability[] {
  if (minutes === undefined) return [];
  const ids = (providerIds ?? []).map((id) => availabilityIdOf(id, facilityId ?? ""));
  const all = [...records.values()].filter((record) => record.kind === "availability");
  return all.filter((record) => ids.includes(record.id) && isComputed(record));
}

interface Opening {
  readonly start: number;
  readonly end: number;
  readonly capacity: number;
  readonly facilityId: string;
}

/** How many seats are left beside what lies across an opening: none if it is blocked, or on offer as a slot. */
function seatsBeside(across: readonly Slot[], { start, end, capacity, facilityId }: Opening): number {
  const hasRoom = (slot: Slot) => Number(slot.start) <= start && Number(slot.end) >= end;
  const isOffered = (slot: Slot) => slot.status === "available" && slot.facilityId === facilityId && hasRoom(slot);
  if (across.some((slot) => slot.status === "blocked" || isOffered(slot))) return 0;
  const taken = new Set(across.map(({ seat }) => seat).filter((seat) => seat < capacity));
  return capacity - taken.size;
}
