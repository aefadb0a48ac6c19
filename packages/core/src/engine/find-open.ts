import { compareIds } from "../model/id-order.ts";
import { type OpenSeat, type OpenSlot, offersOf } from "../model/open-slot.ts";
import { findOpenSchema } from "../model/queries.ts";
import type { FindOpenInput } from "../model/read-inputs.ts";
import type { Slot } from "../model/slot.ts";
import type { Actor } from "../model/values.ts";
import type { OpenQuery, Position } from "../storage/adapter.ts";
import { type Cursors, positionCursors } from "./cursors.ts";
import { defined } from "./defined.ts";
import type { EngineSettings } from "./options.ts";
import { type HoldsInput, type OwnHolds, offeredStatuses, ownHoldsIn, seatFor } from "./own-holds.ts";
import type { Page } from "./page.ts";
import { parse } from "./parse.ts";
import { afterItem, windowOf } from "./reads.ts";
import { retryReads } from "./retry.ts";
import { bookableSeats } from "./sight/bookable.ts";
import { bookerFor } from "./sight/booking.ts";
import type { SeatSource } from "./sight/seat-source.ts";
import { isOpen } from "./visible.ts";
import { type Reading, visiblePart } from "./visible-page.ts";

/** What a search that is a part of another one shares with it. */
interface PartOfSearch {
  /** The cursors of the list. Default: those of this search. */
  readonly cursors?: Cursors<Position>;
  /** Where a search for a subject finds slots. Default: in the database. */
  readonly source?: SeatSource | undefined;
}

export async function findOpen(
  settings: EngineSettings,
  input: FindOpenInput,
  { cursors: given, source }: PartOfSearch = {},
): Promise<Page<OpenSlot>> {
  const { order, limit, from, to, cursor, subjectId, holdTokens, holderId, ...filters } = parse(findOpenSchema, input);
  const descending = order === "latest";
  const actor = subjectId === undefined ? undefined : settings.actor;
  const cursors = given ?? openCursors({ ...filters, order, to, subjectId, holdTokens, holderId }, actor);
  const { after, ...window } = windowOf(from, to, cursors, cursor);
  const search = { ...defined(filters), ...window, asOf: settings.clock.now(), descending };
  const own = ownHoldsIn({ holdTokens, holderId });
  const booker = bookerFor(settings, subjectId, "findOpen");
  const read = booker === undefined ? readerFor(settings, own) : bookableSeats(settings, booker, own, source);
  return pageOfOffers({ read, search, after, limit }, cursors);
}

interface OpenFilters extends HoldsInput {
  readonly providerIds?: readonly string[] | undefined;
  readonly facilityId?: string | undefined;
  readonly to?: Date | undefined;
  readonly subjectId?: string | undefined;
  readonly order?: "earliest" | "latest" | undefined;
}

/**
 * Those of a search for free times. `from` is left out: a search from now on begins later with each page. So is the actor,
 * unless it is a search for what they could book for a subject: live slots, which know no actor, go on with the cursors of
 * the database, and it with theirs.
 */
export function openCursors(
  { providerIds, facilityId, to, subjectId, order, holdTokens, holderId }: OpenFilters,
  actor?: Actor,
): Cursors<Position> {
  const filters = { providerIds, facilityId, to: to?.getTime(), subjectId, holdTokens, holderId };
  return positionCursors({ name: "open", actor, descending: order === "latest", filters });
}

function readerFor(settings: EngineSettings, own: OwnHolds | undefined): ReadSeats {
  return isOpen(settings) && own === undefined ? allSeats(settings) : visibleSeats(settings, own);
}

/** Seats in the order of the list. */
export interface Stretch {
  readonly seats: readonly OpenSeat[];
  /** Where to read on. Undefined at the end. */
  readonly next: Position | undefined;
}

export type Search = Omit<OpenQuery, "after" | "limit"> & { readonly descending: boolean };
/** Reads at most so many seats after the position. Fewer, and yet not to the end, if it must not look at more. */
export type ReadSeats = (search: Search, after: Position | undefined, limit: number) => Promise<Stretch>;

const allSeats =
  (settings: EngineSettings): ReadSeats =>
  async (search, after, limit) => {
    const query = { ...search, ...afterItem(after), limit };
    const seats = await retryReads(settings, (until) => settings.storage.findOpen(query, until));
    return { seats, next: seats.length < limit ? undefined : seats.at(-1) };
  };

/** `authorize` is asked about whole slots. */
const visibleSeats =
  (settings: EngineSettings, own: OwnHolds | undefined): ReadSeats =>
  async (search, after, limit) => {
    const { asOf, descending, ...filters } = search;
    const statuses = offeredStatuses(own);
    const list: Reading<Slot> = {
      limit,
      read(last, limit) {
        const place = afterItem(last ?? after);
        const query = { ...search, ...place, statuses, displayOnly: true, limit };
        return retryReads(settings, (until) => settings.storage.findSlots(query, until));
      },
    };
    const { items, last } = await visiblePart(list, seatFor(settings, own, filters, asOf));
    return { seats: items, next: last };
  };

interface OfferList {
  readonly read: ReadSeats;
  readonly search: Search;
  readonly after: Position | undefined;
  readonly limit: number;
}

/** What one call reads before it returns a page that is not full. */
const mostReads = 10;
const seatsPerRead = 1_000;

/** It reads until one more offer than the page holds is known, which tells whether there is a next page. */
async function pageOfOffers(list: OfferList, cursors: Cursors<Position>): Promise<Page<OpenSlot>> {
  const { limit } = list;
  const { offers, next } = await readOffers(list);
  const items = offers.slice(0, limit);
  const last = offers.length > limit ? items.at(-1) : undefined;
  const place = last === undefined ? next : { start: last.start, id: last.slotId };
  return { items, nextCursor: place === undefined ? null : cursors.write(place) };
}

async function readOffers(list: OfferList) {
  const { read, search, after, limit } = list;
  let seats: readonly OpenSeat[] = [];
  let next = after;
  for (let reads = 1; ; reads++) {
    const wanted = reads === 1 ? limit + 1 : seatsPerRead;
    const part = await read(search, next, wanted);
    const before = seats.at(-1);
    seats = [...seats, ...part.seats];
    // Seats of a group of which each read has a part may have been free at two moments: they are read anew, together.
    if (before !== undefined) seats = await withAllOf(list, seats, before.start);
    next = part.next;
    const offers = await wholeOffers(list, { seats, next });
    const isCut = part.seats.length < wanted;
    if (next === undefined || isCut || reads === mostReads || offers.length > limit) return { offers, next };
  }
}

/**
 * The seats of a group have one start, but other slots lie between them. So a group may have further seats where the
 * stretch begins and ends within the slots of one start, and these are read as well. Which seat has the lowest id, and
 * how many there are, is then known of each group.
 */
async function wholeOffers(list: OfferList, { seats, next }: Stretch): Promise<readonly OpenSlot[]> {
  const { search, after, limit } = list;
  const { descending } = search;
  const first = after !== undefined && isAt(seats[0], after) ? after.start : undefined;
  const last = next === undefined ? undefined : seats.at(-1)?.start;
  // A group is listed where its lowest id is: on another page, or where the next page begins.
  const listed = (of: readonly OpenSeat[]) =>
    offersOf(of, descending).filter(
      (offer) =>
        (after === undefined || isBeyond(offer, after, descending)) &&
        (next === undefined || !isBeyond(offer, next, descending)),
    );
  const begun = first === undefined ? seats : await withAllOf(list, seats, first);
  const offers = listed(begun);
  const isEndListed = last !== undefined && isAt(offers.slice(0, limit).at(-1), { start: last });
  return isEndListed ? listed(await withAllOf(list, begun, last)) : offers;
}

type Placed = Pick<OpenSlot, "start">;

const isAt = (one: Placed | undefined, { start }: Placed): boolean => one?.start.getTime() === start.getTime();

const isBeyond = ({ start, slotId }: OpenSlot, place: Position, descending: boolean): boolean =>
  comparePlaces({ start, id: slotId }, place, descending) > 0;

/** The order of the list. */
export function comparePlaces(one: Position, other: Position, descending: boolean): number {
  const order = one.start.getTime() - other.start.getTime() || compareIds(one.id, other.id);
  return descending ? -order : order;
}

/** The same seats, with all seats at this start of the providers that have one there. */
async function withAllOf({ read, search }: OfferList, seats: readonly OpenSeat[], start: Date) {
  const isThere = (seat: OpenSeat) => isAt(seat, { start });
  const providerIds = [...new Set(seats.filter(isThere).map(({ providerId }) => providerId))];
  const there = { ...search, providerIds, startFrom: start, startBefore: new Date(start.getTime() + 1) };
  const all: OpenSeat[] = [];
  let next: Position | undefined;
  do {
    const part: Stretch = await read(there, next, seatsPerRead);
    all.push(...part.seats);
    next = part.next;
  } while (next !== undefined);
  const from = seats.findIndex(isThere);
  return [...seats.slice(0, from), ...all, ...seats.slice(seats.findLastIndex(isThere) + 1)];
}
