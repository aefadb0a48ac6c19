import type { Slot } from "./slot.ts";

/** What a screen shows of a free slot, of which a group has one for each seat. */
export interface OpenSeat extends Pick<Slot, "id" | "providerId" | "facilityId" | "start" | "end" | "version"> {
  /** Set if it is held by the one who searches. */
  readonly mine?: true;
}

/** A slot on offer: an ordinary one, or a group with all of its free seats. */
export interface OpenSlot {
  /** The slot to book: of a group, its free seat with the lowest id. */
  readonly slotId: string;
  /** Whose slot it is. */
  readonly providerId: string;
  /** Where it is. */
  readonly facilityId: string;
  /** When it begins. */
  readonly start: Date;
  /** When it ends: the first instant that is no longer part of it. */
  readonly end: Date;
  /** The version of the slot to book. With it as `ifVersion`, a booking is refused if the slot has changed since. */
  readonly version: number;
  /** How many seats remain: 1 for an ordinary slot. */
  readonly seats: number;
  /**
   * True if it is held, by a hold that the search has named as its own: the token of that hold takes it. A seat of a
   * group that is held is an offer of its own. Missing from all other offers.
   */
  readonly mine?: true;
}

/** What is open on one day. */
export interface OpenDay {
  /** Such as `2027-03-22`. */
  readonly date: string;
  /** Open slots, or free times, that start on this day, a group counted once. */
  readonly open: number;
  /** Their free seats. */
  readonly seats: number;
}

/**
 * The offers that these seats make up. Seats and offers are in the order of (start, id), or both in reverse; the seats
 * of one start are not in the order of their groups.
 */
export function offersOf(seats: readonly OpenSeat[], descending: boolean): readonly OpenSlot[] {
  const offers: OpenSlot[] = [];
  /** Where each provider's offers of one start begin. Most providers have one, so there is little to look through. */
  const begins = new Map<string, number>();
  let start: number | undefined;
  for (const seat of descending ? seats.toReversed() : seats) {
    if (seat.start.getTime() !== start) begins.clear();
    start = seat.start.getTime();
    const begin = begins.get(seat.providerId);
    if (begin === undefined) begins.set(seat.providerId, offers.length);
    let place = begin ?? offers.length;
    while (place < offers.length && !isOf(offers[place] as OpenSlot, seat)) place += 1;
    const known = offers[place];
    offers[place] = known === undefined ? offerOf(seat) : { ...known, seats: known.seats + 1 };
  }
  return descending ? offers.toReversed() : offers;
}

const isOf = (offer: OpenSlot, seat: OpenSeat): boolean =>
  offer.providerId === seat.providerId &&
  offer.facilityId === seat.facilityId &&
  offer.end.getTime() === seat.end.getTime() &&
  offer.mine === seat.mine;

function offerOf({ id, providerId, facilityId, start, end, version, mine }: OpenSeat): OpenSlot {
  return { slotId: id, providerId, facilityId, start, end, version, seats: 1, ...(mine && { mine }) };
}

export function openSeatOf({ id, providerId, facilityId, start, end, version }: OpenSeat): OpenSeat {
  return { id, providerId, facilityId, start, end, version };
}
