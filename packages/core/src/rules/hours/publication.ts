import { type Availability, isComputedSlot } from "../../model/availability.ts";
import { statusWhenFreed } from "../../model/computed-id.ts";
import { limits } from "../../model/limits.ts";
import { dayMs } from "../../model/local-date.ts";
import { publishedSlotId } from "../../model/schedule.ts";
import { isOccupying, type Slot, slotAsOf } from "../../model/slot.ts";
import type { TimeRange } from "../../model/time-range.ts";
import { isPublished, openingAt } from "./computed.ts";
import { type InTheWay, inTheWay } from "./in-the-way.ts";
import { publishedTimes } from "./published-times.ts";

/** An opening as a slot of one seat. */
export interface Seat extends TimeRange {
  readonly seat: number;
}

/** The openings that start from an instant on, up to `to`, at which the next stretch begins. */
export interface Stretch {
  readonly from: Date;
  readonly to: Date;
  /** Where the last opening ends, if it ends after `to`. */
  readonly end: Date;
  readonly seats: readonly Seat[];
}

/** What has to be done so that the slots of a stretch agree with the hours. */
export interface Publication {
  readonly to: Date;
  readonly created: readonly (Seat & { readonly id: string })[];
  readonly kept: number;
  /** As they count now: an expired hold is none. */
  readonly withdrawn: readonly Slot[];
  readonly obstructed: number;
  readonly outside: readonly Slot[];
  /** What is booked or held, and would not stay if it were free. */
  readonly restsOn: readonly Slot[];
  /** All that were published, or made for the booking of a computed opening, and are still there. */
  readonly ofHours: readonly Slot[];
}

/** So that the slots that are read for it are bounded. */
const longestMs = limits.slotMs;

/** The shortest opening. */
const shortestMs = 60_000;

/** An opening lasts at most this long. */
const openingMs = 2 * dayMs;

export function stretchOf(availability: Availability, from: Date, until: Date): Stretch {
  const seats: Seat[] = [];
  const latest = Math.min(until.getTime(), from.getTime() + longestMs);
  let [to, end] = [latest, latest];
  const times = isPublished(availability) ? publishedTimes(availability, from.getTime(), latest) : [];
  for (const { start, end: ends, capacity } of times) {
    if (seats.length >= limits.publishedSeats) {
      to = start;
      break;
    }
    end = Math.max(end, ends);
    for (let seat = 0; seat < capacity; seat += 1) seats.push({ seat, start: new Date(start), end: new Date(ends) });
  }
  return { from, to: new Date(to), end: new Date(Math.max(to, end)), seats };
}

/** @param found all slots of the schedule that reach into the stretch, withdrawn ones included */
export function publicationOf(
  availability: Availability,
  stretch: Stretch,
  found: readonly Slot[],
  now: Date,
): Publication {
  for (let to = stretch.to; ; to = halfway(stretch.from, to)) {
    const publication = planned(availability, cut(stretch, to), found, now);
    const changes = publication.created.length + publication.withdrawn.length;
    if (changes <= 2 * limits.publishedSeats || to.getTime() - stretch.from.getTime() < shortestMs) return publication;
  }
}

const halfway = (from: Date, to: Date) => new Date(Math.ceil((from.getTime() + to.getTime()) / 2));

const cut = (stretch: Stretch, to: Date): Stretch => ({
  ...stretch,
  to,
  seats: stretch.seats.filter(({ start }) => start < to),
});

function planned(
  availability: Availability,
  { from, to, end, seats }: Stretch,
  found: readonly Slot[],
  now: Date,
): Publication {
  const slots = found.map((slot) => slotAsOf(slot, now)).filter(({ status }) => status !== "withdrawn");
  const wanted = new Set(seats.map(nameOf));
  const isKept = (slot: Slot) => slot.facilityId === availability.facilityId && wanted.has(nameOf(slot));
  const openings = inTheWay(seats);
  const others = slots.filter((slot) => slot.start >= from && !isKept(slot) && (slot.start < to || openings(slot)));
  const ids = idsOf(availability, found);
  const isOfHours = (slot: Slot) =>
    ids.isPublished(slot.id) || (slot.facilityId === availability.facilityId && isComputedSlot(slot));
  const goesWhenFree = (slot: Slot) => statusWhenFreed(slot) === "withdrawn" || (!isKept(slot) && isOfHours(slot));
  const ours = others.filter(isOfHours);
  const withdrawn = ours.filter(({ status }) => status === "available");
  const taken = ours.filter((slot) => isTaken(slot) && slot.start < to);
  const kept = slots.filter(isKept);
  const isNew = newSeats(seats, kept, slots, new Set(withdrawn));
  return {
    to,
    kept: kept.length,
    withdrawn,
    ...isNew((seat) => ids.next(seat)),
    ofHours: slots.filter((slot) => slot.start >= from && slot.start < to && isOfHours(slot)),
    outside: taken.length === 0 ? [] : taken.filter(outsideOf(availability, { from, to: end }, taken)),
    restsOn: slots.filter((slot) => isTaken(slot) && goesWhenFree(slot)),
  };
}

const isTaken = ({ status }: Slot): boolean => status === "booked" || status === "held";

const nameOf = ({ seat, start, end }: Seat): string => `${start.getTime()} ${end.getTime()} ${seat}`;

/** Blocked time stays so, whatever the seat: nobody sells a day off because there are more seats now. */
function newSeats(seats: readonly Seat[], kept: readonly Slot[], slots: readonly Slot[], gone: ReadonlySet<Slot>) {
  const there = new Set(kept.map(nameOf));
  const missing = seats.filter((seat) => !there.has(nameOf(seat)));
  const blocked = inTheWay(slots.filter(({ status }) => status === "blocked"));
  const staying = slots.filter((slot) => isOccupying(slot) && !gone.has(slot));
  const bySeat = new Map<number, InTheWay>(
    [...Map.groupBy(staying, ({ seat }) => seat)].map(([seat, taken]) => [seat, inTheWay(taken)]),
  );
  const free = missing.filter((seat) => !blocked(seat) && bySeat.get(seat.seat)?.(seat) !== true);
  return (idOf: (seat: Seat) => string) => ({
    created: free.map((seat) => ({ ...seat, id: idOf(seat) })),
    obstructed: missing.length - free.length,
  });
}

/** The ids of what was published of these hours: they tell it from slots that were created otherwise. */
function idsOf({ id }: Availability, found: readonly Slot[]) {
  const known = new Set(found.map((slot) => slot.id));
  const atTime = Map.groupBy(found, ({ start, seat }) => `${start.getTime()} ${seat}`);
  const published = new Set<string>();
  for (const [{ start, seat }, ...more] of atTime.values() as Iterable<readonly [Slot, ...Slot[]]>) {
    for (let again = 0; again <= more.length; again += 1) published.add(publishedSlotId(id, start, seat, again));
  }
  return {
    isPublished: (slotId: string) => published.has(slotId),
    next({ start, seat }: Seat): string {
      for (let again = 0; ; again += 1) {
        const next = publishedSlotId(id, start, seat, again);
        if (!known.has(next)) return next;
      }
    },
  };
}

/** Whether a slot is neither covered by openings nor one of them. */
function outsideOf(
  availability: Availability,
  { from, to }: { readonly from: Date; readonly to: Date },
  slots: readonly Slot[],
): (slot: Slot) => boolean {
  const last = slots.reduce((latest, { end }) => Math.max(latest, end.getTime()), to.getTime());
  const covered: [start: number, end: number][] = [];
  for (const { start, end } of publishedTimes(availability, from.getTime() - openingMs, last)) {
    const before = covered.at(-1);
    if (before !== undefined && start <= before[1]) before[1] = Math.max(before[1], end);
    else covered.push([start, end]);
  }
  const isCovered = ({ start, end }: Slot) =>
    covered.some(([from, to]) => from <= start.getTime() && end.getTime() <= to);
  return (slot) => !isCovered(slot) && openingAt(availability, slot) === undefined;
}
