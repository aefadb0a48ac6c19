import type { z } from "zod";
import type { FreeTime, TimesByDay } from "../../model/free-time.ts";
import { countTimesSchema } from "../../model/queries.ts";
import type { CountTimesInput } from "../../model/read-inputs.ts";
import { scheduleIdIn } from "../../model/schedule.ts";
import type { DayAt } from "../../model/zone-clock.ts";
import type { EngineSettings } from "../options.ts";
import { parse } from "../parse.ts";
import { retryReads } from "../retry.ts";
import { bookerFor } from "../sight/booking.ts";
import type { Candidate, TimeSearch } from "./candidates.ts";
import { countStretch, createDaysOf, createDayTally, type DayTally } from "./day-tally.ts";
import { rangeOf, searchFor } from "./find-times.ts";
import { candidateReader, type ReadCandidates } from "./read-candidates.ts";
import { shownCandidates } from "./show-candidates.ts";
import { type Stretch, stretchesOf } from "./stretches.ts";
import { readStretch, type TimeSource, timesOfStorage } from "./time-source.ts";

/**
 * Counts the free times that last so long by the day on which they start.
 * @throws BookingError `invalid_time_range`, or `invalid_input`
 */
export async function countTimes(settings: EngineSettings, given: CountTimesInput): Promise<TimesByDay> {
  const input = parse(countTimesSchema, given);
  const asOf = settings.clock.now();
  const booker = bookerFor(settings, input.subjectId, "countTimes");
  const search = searchFor(settings, input, asOf);
  const range = rangeOf(input, asOf);
  const tally = createDayTally(await daysFor(settings, input));
  const source = timesOfStorage(settings);
  const looked = { source, search, read: candidateReader(source, search, range, undefined) };
  const { read, show } = shownCandidates(settings, looked, booker);
  const nextFrom =
    show === undefined ? await countAll(source, search, range, tally) : await countShown({ read, show }, tally);
  return { days: tally.days(), nextFrom: nextFrom ?? null };
}

async function daysFor(
  settings: EngineSettings,
  { timeZone, providerIds, facilityId }: z.output<typeof countTimesSchema>,
): Promise<(providerId: string) => DayAt> {
  if (timeZone !== undefined) return createDaysOf(timeZone, () => undefined);
  const idOf = (providerId: string) => scheduleIdIn({ providerId, facilityId }, settings);
  const zones = await retryReads(settings, (until) => settings.zones.ofAll(providerIds.map(idOf), until));
  return createDaysOf(undefined, (providerId) => zones.get(idOf(providerId)));
}

async function countAll(
  source: TimeSource,
  search: TimeSearch,
  range: Stretch,
  tally: DayTally,
): Promise<Date | undefined> {
  const hours = await source.hoursOf(search);
  for (const stretch of stretchesOf(range, false)) {
    const rest = countStretch(tally, search, stretch, await readStretch(source, search, stretch, hours));
    if (rest !== undefined && rest < range.to) return rest;
  }
  return undefined;
}

/** How many are decided about at a time, and by one call. */
const partSize = 500;
const mostDecided = 10_000;

/** Counts what the actor gets. It ends between two starts, so that the next call counts nothing again. */
async function countShown(
  { read, show }: { readonly read: ReadCandidates; readonly show: (one: Candidate) => Promise<Candidate | undefined> },
  tally: DayTally,
): Promise<Date | undefined> {
  const found: FreeTime[] = [];
  let first: Date | undefined;
  for (let decided = 0; ; ) {
    const part = await read(partSize);
    for (const shown of await Promise.all(part.map(show))) if (shown !== undefined) found.push(shown.time);
    decided += part.length;
    first ??= part[0]?.place.start;
    const last = part.length < partSize ? undefined : part.at(-1)?.place.start;
    // More that starts with the last one may be still to come.
    if (last !== undefined && (decided < mostDecided || first?.getTime() === last.getTime())) continue;
    for (const { providerId, start, seats } of found) {
      if (last === undefined || start < last) tally.add(providerId, start.getTime(), seats);
    }
    return last;
  }
}
