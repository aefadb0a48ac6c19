import type { Availability } from "../../model/availability.ts";
import type { FreeTime } from "../../model/free-time.ts";
import { compareIds } from "../../model/id-order.ts";
import { minuteMs } from "../../model/local-date.ts";
import { openSeatOf } from "../../model/open-slot.ts";
import { computedSlotId, type OverlapScope, scheduleIdIn } from "../../model/schedule.ts";
import { newSlot, type Slot } from "../../model/slot.ts";
import { durationMs, type PlaceInTime } from "../../model/time-range.ts";
import type { Seen } from "../../rules/decision.ts";
import { computedTimes, seatsBeside } from "../../rules/hours/computed.ts";
import type { Survey } from "../../rules/sight.ts";
import type { OwnHolds } from "../own-holds.ts";
import { inOneOrder } from "./in-one-order.ts";
import type { Stretch } from "./stretches.ts";

/** What is searched for. */
export interface TimeSearch {
  readonly providerIds: readonly string[];
  readonly facilityId: string;
  readonly minutes: number;
  readonly asOf: Date;
  readonly descending: boolean;
  readonly overlapScope: OverlapScope;
  /** Holds of the caller's own, whose slots are on offer as well. */
  readonly own?: OwnHolds | undefined;
}

/** Where something stands in the order of the search. */
export interface TimePlace {
  readonly start: Date;
  /** Of two that start together, one that is stored comes first. */
  readonly isComputed: boolean;
  /** That of the slot, or of the provider. */
  readonly id: string;
}

/** A time that is free, before it is known who may have it. */
export interface Candidate {
  readonly time: FreeTime;
  readonly place: TimePlace;
  /** Its free seats. Of a computed opening, the slot that its booking would make, with version 0. */
  readonly slots: () => readonly Slot[];
  /** The hours, and what is stored around, if it is computed. */
  readonly opening?: { readonly hours: Availability; readonly stored: readonly Slot[] };
}

/** What one provider has in a stretch. */
export interface Stored {
  readonly providerId: string;
  /** The hours, if openings of them are computed. */
  readonly hours: Availability | undefined;
  /** All slots of the schedule that reach into the stretch, or into an opening that starts in it, as they count now. */
  readonly slots: readonly Slot[];
}

/**
 * The free times of several providers that start in a stretch, in the order of the search, from after a place on. Openings are
 * looked at as far as they are asked for: a page is short, and a stretch may have millions.
 */
export function* candidatesAfter(
  search: TimeSearch,
  stretch: Stretch,
  after: TimePlace | undefined,
  stored: readonly Stored[],
): Generator<Candidate, undefined> {
  const compare = inOrder(search);
  const compareCandidates = (a: Candidate, b: Candidate) => compare(a.place, b.place);
  const ofSlots = stored.flatMap(({ slots }) => storedTimes(search, stretch, slots)).sort(compareCandidates);
  const ofHours = stored.map((one) => openings(search, stretch, one));
  for (const one of inOneOrder([ofSlots, ...ofHours], compareCandidates)) {
    if (after === undefined || compare(one.place, after) > 0) yield one;
  }
}

/** What is stored and free for the caller, in no order. */
function storedTimes(search: TimeSearch, stretch: Stretch, slots: readonly Slot[]): readonly Candidate[] {
  return [...Array.from(freeSlots(search, stretch, slots), storedTime), ...ownTimes(search, stretch, slots)];
}

function inOrder({ descending }: Pick<TimeSearch, "descending">) {
  const sign = descending ? -1 : 1;
  return (one: TimePlace, other: TimePlace): number =>
    sign *
    (one.start.getTime() - other.start.getTime() ||
      Number(one.isComputed) - Number(other.isComputed) ||
      compareIds(one.id, other.id));
}

/** Slots that are free and last long enough, those of one time together: an appointment may be shorter than its slot. */
function freeSlots(search: TimeSearch, stretch: Stretch, slots: readonly Slot[]): Iterable<readonly Slot[]> {
  const fitting = slots.filter((slot) => slot.status === "available" && fits(search, stretch, slot));
  return Map.groupBy(fitting, ({ start, end }) => `${start.getTime()} ${end.getTime()}`).values();
}

const fits = ({ facilityId, minutes }: TimeSearch, { from, to }: Stretch, slot: Slot): boolean =>
  slot.facilityId === facilityId && slot.start >= from && slot.start < to && durationMs(slot) >= minutes * minuteMs;

/** What the caller holds, each seat by itself. */
function ownTimes(search: TimeSearch, stretch: Stretch, slots: readonly Slot[]): readonly Candidate[] {
  const { own } = search;
  if (own === undefined) return [];
  return slots
    .filter(({ hold, ...slot }) => hold !== null && own.proofOf(hold) !== undefined && slot.status === "held")
    .filter((slot) => fits(search, stretch, slot))
    .map((slot) => {
      const { time, ...rest } = storedTime([slot]);
      return { ...rest, time: { ...time, mine: true } };
    });
}

/**
 * Tells of each free time of one provider when it starts and how many seats it has, in no order.
 * @returns how many times were looked at, free or not
 */
export function eachFreeTime(
  search: TimeSearch,
  stretch: Stretch,
  { hours, slots }: Stored,
  tell: (start: number, seats: number) => void,
): number {
  let looked = 0;
  for (const seats of freeSlots(search, stretch, slots)) {
    looked += 1;
    tell((seats[0] as Slot).start.getTime(), seats.length);
  }
  if (hours === undefined) return looked;
  const beside = seatsBeside(slots, search.facilityId);
  for (const opening of computedTimes(hours, stretch.from.getTime(), stretch.to.getTime(), search.minutes)) {
    looked += 1;
    const free = beside(opening);
    if (free !== undefined) tell(opening.start, free.seats);
  }
  return looked;
}

/** The group of these free seats. */
export function storedTime(seats: readonly Slot[]): Candidate {
  const first = seats.reduce((lowest, seat) => (compareIds(seat.id, lowest.id) < 0 ? seat : lowest));
  const { id: slotId, ...shown } = openSeatOf(first);
  return {
    time: { slotId, ...shown, seats: seats.length },
    place: { start: first.start, isComputed: false, id: slotId },
    slots: () => seats,
  };
}

function* openings(
  search: TimeSearch,
  { from, to }: Stretch,
  { providerId, hours, slots }: Stored,
): Generator<Candidate, undefined> {
  if (hours === undefined) return;
  const { facilityId, minutes, descending } = search;
  const beside = seatsBeside(slots, facilityId);
  for (const opening of computedTimes(hours, from.getTime(), to.getTime(), minutes, descending)) {
    const free = beside(opening);
    if (free === undefined) continue;
    const [start, end] = [new Date(opening.start), new Date(opening.end)];
    const time = { slotId: null, providerId, facilityId, start, end, version: null, seats: free.seats };
    yield {
      time,
      place: { start, isComputed: true, id: providerId },
      slots: () => [imaginedSlot(search, time, hours, free.seat)],
      opening: { hours, stored: slots },
    };
  }
}

/** What the rule of `book` sees when it decides about a computed opening. */
export function seenForOpening(
  { hours, stored }: { readonly hours: Availability; readonly stored: readonly Slot[] },
  around: Survey | undefined,
): Seen {
  const none = () => undefined;
  return {
    slot: none,
    schedule: none,
    appointment: none,
    availability: (id) => (id === hours.id ? hours : undefined),
    found: [],
    obstacles: stored,
    around,
  };
}

/** The slot that a booking would make, while it is free. Its id may be another one then. */
export function imaginedSlot(
  { overlapScope }: Pick<TimeSearch, "overlapScope">,
  time: PlaceInTime,
  { id }: Pick<Availability, "id">,
  seat: number,
): Slot {
  const { providerId, facilityId, start, end } = time;
  const scheduleId = scheduleIdIn(time, { overlapScope });
  const slotId = computedSlotId(id, start, seat, 0);
  const slot = newSlot({ id: slotId, scheduleId, providerId, facilityId, seat, start, end, metadata: {} }, start);
  return { ...slot, version: 0 };
}
