import { type Availability, availabilityIdOf } from "../../model/availability.ts";
import { overlapping } from "../../model/search.ts";
import { listedStatuses, type Slot, slotAsOf } from "../../model/slot.ts";
import { isComputed } from "../../rules/hours/computed.ts";
import type { EngineSettings } from "../options.ts";
import { retryReads } from "../retry.ts";
import { type Candidate, candidatesAfter, type Stored, type TimePlace, type TimeSearch } from "./candidates.ts";
import { restOf, type Stretch, stretchesOf } from "./stretches.ts";

const minuteMs = 60_000;

/** How many slots are read at a time. */
const slotsPerRead = 2_000;

/** Reads so many of the next candidates. Fewer at the end. */
export type ReadCandidates = (limit: number) => Promise<readonly Candidate[]>;

/** @param after Where the page before has ended. */
export function candidateReader(
  settings: EngineSettings,
  search: TimeSearch,
  range: Stretch,
  after: TimePlace | undefined,
): ReadCandidates {
  const stretches = stretchesOf(restOf(range, search.descending, after), search.descending);
  const pending: Candidate[] = [];
  let hours: ReadonlyMap<string, Availability> | undefined;
  return async (limit) => {
    hours ??= await hoursOf(settings, search);
    while (pending.length < limit) {
      const { value: stretch, done } = stretches.next();
      if (done) break;
      const stored = await readStretch(settings, search, stretch, hours);
      for (const one of candidatesAfter(search, stretch, after, stored)) pending.push(one);
    }
    return pending.splice(0, limit);
  };
}

/** The hours of the providers whose openings are computed. */
export async function hoursOf(
  settings: EngineSettings,
  { providerIds, facilityId }: TimeSearch,
): Promise<ReadonlyMap<string, Availability>> {
  const keys = providerIds.map((id) => ({ kind: "availability", id: availabilityIdOf(id, facilityId) }) as const);
  const found = await retryReads(settings, (until) => settings.storage.loadToShow(keys, until));
  const hours = found.flatMap((record) => (record?.kind === "availability" && isComputed(record) ? [record] : []));
  return new Map(hours.map((one) => [one.providerId, one]));
}

/** What each of the providers has in a stretch. */
export async function readStretch(
  settings: EngineSettings,
  search: TimeSearch,
  stretch: Stretch,
  hours: ReadonlyMap<string, Availability>,
): Promise<readonly Stored[]> {
  const slots = await slotsAround(settings, search, stretch);
  const byProvider = Map.groupBy(slots, ({ providerId }) => providerId);
  return [...new Set(search.providerIds)].map((providerId) => {
    return { providerId, hours: hours.get(providerId), slots: byProvider.get(providerId) ?? [] };
  });
}

/** What may be in the way of an opening that starts in the stretch, and what is free in it. */
async function slotsAround(
  settings: EngineSettings,
  { providerIds, facilityId, minutes, asOf, overlapScope }: TimeSearch,
  { from, to }: Stretch,
): Promise<readonly Slot[]> {
  const range = overlapping({ start: from, end: new Date(to.getTime() + minutes * minuteMs) });
  // A schedule that spans all facilities has what is booked at others.
  const place = overlapScope === "facility" ? { facilityId } : {};
  const query = { ...range, ...place, providerIds, statuses: listedStatuses, asOf, displayOnly: true };
  const slots: Slot[] = [];
  for (;;) {
    const last = slots.at(-1);
    const after = last && { after: { start: last.start, id: last.id } };
    const page = await retryReads(settings, (until) =>
      settings.storage.findSlots({ ...query, ...after, limit: slotsPerRead }, until),
    );
    for (const slot of page) slots.push(slotAsOf(slot, asOf));
    if (page.length < slotsPerRead) return slots;
  }
}
