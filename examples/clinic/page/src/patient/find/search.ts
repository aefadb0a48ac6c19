import type { FreeTime, OpenSlot } from "@slotwright/core";
import type { Facility, Provider } from "../../../../people.ts";
import { addDays, dateOf, dayOf } from "../../time/days.ts";

/** Whose free times are looked for. Null: of all. */
export interface Wish {
  readonly providerId: string | null;
  readonly facilityId: string | null;
}

/** A wish as the calls take it. */
export function askedFor({ providerId, facilityId }: Wish) {
  return { providerIds: providerId === null ? undefined : [providerId], facilityId: facilityId ?? undefined };
}

/** The zones of the facilities that a wish covers. One date begins at different instants in them. */
export function zonesOf(
  { providerId, facilityId }: Wish,
  facilities: readonly Facility[],
  providers: readonly Provider[],
) {
  const ofProvider = providers.find(({ id }) => id === providerId)?.facilityIds;
  const covered = facilities.filter(({ id }) => (facilityId ?? id) === id && ofProvider?.includes(id) !== false);
  const zones = (covered.length === 0 ? facilities : covered).map(({ timeZone }) => timeZone);
  return [...new Set(zones)];
}

/** From where the first day begins to where the last one ends, in all of these zones. */
export function windowOf(first: string, last: string, zones: readonly string[]) {
  const starts = zones.map((zone) => dayOf(first, zone).start.getTime());
  const ends = zones.map((zone) => dayOf(last, zone).end.getTime());
  return { from: new Date(Math.min(...starts)), to: new Date(Math.max(...ends)) };
}

/** So many dates from one on. */
export function datesFrom(first: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => addDays(first, index));
}

/** A free time with what it is to the person who looks at it. */
export interface ShownTime<Offer extends FreeTime = OpenSlot> {
  readonly offer: Offer;
  /** It was on offer a moment ago. It keeps its place, so that nothing moves under a finger. */
  readonly isGone: boolean;
  /** It is free, and a rule keeps it from this person. */
  readonly isRefused?: boolean;
}

/** The same time with the same provider: of a group, the next seat has another slot. */
export const timeKey = ({ providerId, facilityId, start, end }: FreeTime): string =>
  [providerId, facilityId, start.getTime(), end.getTime()].join(" ");

/** What is on offer, among what was: a time that goes stays where it is, and comes back there. */
export function staying<Offer extends FreeTime>(
  before: readonly ShownTime<Offer>[],
  offers: readonly Offer[],
): readonly ShownTime<Offer>[] {
  const shown = new Map(before.map(({ offer }) => [timeKey(offer), { offer, isGone: true }]));
  for (const offer of offers) shown.set(timeKey(offer), { offer, isGone: false });
  return [...shown.values()].sort((one, other) => one.offer.start.getTime() - other.offer.start.getTime());
}

/** The times of one provider at one facility. */
export interface TimeGroup<Offer extends FreeTime = OpenSlot> {
  readonly providerId: string;
  readonly facilityId: string;
  readonly times: readonly ShownTime<Offer>[];
}

/** In the order of the directory, which does not change as times come and go. */
export function grouped<Offer extends FreeTime>(
  times: readonly ShownTime<Offer>[],
  providers: readonly Provider[],
): readonly TimeGroup<Offer>[] {
  return providers
    .flatMap(({ id, facilityIds }) => facilityIds.map((facilityId) => ({ providerId: id, facilityId })))
    .map((place) => ({ ...place, times: times.filter(({ offer }) => isAt(offer, place)) }))
    .filter(({ times }) => times.length > 0);
}

const isAt = (offer: FreeTime, place: Omit<TimeGroup, "times">): boolean =>
  offer.providerId === place.providerId && offer.facilityId === place.facilityId;

/** Whether a slot begins on a date, by the clock on its wall. */
export const beginsOn = (start: Date, date: string, zone: string): boolean => dateOf(start, zone) === date;
