import { type Availability, availabilityIdOf } from "../../model/availability.ts";
import { minuteMs } from "../../model/local-date.ts";
import { overlapping } from "../../model/search.ts";
import { listedStatuses, type Slot, slotAsOf } from "../../model/slot.ts";
import { isComputed } from "../../rules/hours/computed.ts";
import type { EngineSettings } from "../options.ts";
import { retryReads } from "../retry.ts";
import type { SeatSource } from "../sight/seat-source.ts";
import { surveyAround } from "../sight/survey.ts";
import type { Stored, TimeSearch } from "./candidates.ts";
import type { Stretch } from "./stretches.ts";

/** Where a search for times finds hours and slots, and what lies around these. */
export interface TimeSource extends Omit<SeatSource, "findSlots"> {
  /** Those of the providers whose openings are computed, by provider. */
  readonly hoursOf: (search: TimeSearch) => Promise<ReadonlyMap<string, Availability>>;
  /** What may be in the way of an opening that starts in the stretch, and what is free in it, as it counts now. */
  readonly slotsAround: (search: TimeSearch, stretch: Stretch) => Promise<readonly Slot[]>;
}

/** The database. */
export function timesOfStorage(settings: EngineSettings): TimeSource {
  return {
    hoursOf: (search) => hoursIn(settings, search),
    slotsAround: (search, stretch) => slotsIn(settings, search, stretch),
    surveyAround: (slots, searcher, until) => surveyAround(settings, slots, searcher, until),
  };
}

/** What each of the providers has in a stretch. */
export async function readStretch(
  source: TimeSource,
  search: TimeSearch,
  stretch: Stretch,
  hours: ReadonlyMap<string, Availability>,
): Promise<readonly Stored[]> {
  return storedOf(search, hours, await source.slotsAround(search, stretch));
}

/** The same slots and hours, by provider. */
export function storedOf(
  { providerIds }: TimeSearch,
  hours: ReadonlyMap<string, Availability>,
  slots: readonly Slot[],
): readonly Stored[] {
  const byProvider = Map.groupBy(slots, ({ providerId }) => providerId);
  return [...new Set(providerIds)].map((providerId) => {
    return { providerId, hours: hours.get(providerId), slots: byProvider.get(providerId) ?? [] };
  });
}

/** How many slots are read at a time. */
const slotsPerRead = 2_000;

async function hoursIn(
  settings: EngineSettings,
  { providerIds, facilityId }: TimeSearch,
): Promise<ReadonlyMap<string, Availability>> {
  const keys = providerIds.map((id) => ({ kind: "availability", id: availabilityIdOf(id, facilityId) }) as const);
  const found = await retryReads(settings, (until) => settings.storage.loadToShow(keys, until));
  const hours = found.flatMap((record) => (record?.kind === "availability" && isComputed(record) ? [record] : []));
  return new Map(hours.map((one) => [one.providerId, one]));
}

async function slotsIn(
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
