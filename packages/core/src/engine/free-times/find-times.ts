import type { z } from "zod";
import { BookingError } from "../../errors/index.ts";
import type { FreeTime } from "../../model/free-time.ts";
import { limits } from "../../model/limits.ts";
import { dayMs } from "../../model/local-date.ts";
import { findTimesSchema } from "../../model/queries.ts";
import type { FindTimesInput } from "../../model/read-inputs.ts";
import type { Actor } from "../../model/values.ts";
import { refuseForRange } from "../../rules/time.ts";
import { type Cursors, timeCursors } from "../cursors.ts";
import type { EngineSettings } from "../options.ts";
import { type HoldsInput, ownHoldsIn } from "../own-holds.ts";
import type { Page } from "../page.ts";
import { parse } from "../parse.ts";
import { type Booker, bookerFor } from "../sight/booking.ts";
import { type VisiblePart, visiblePart } from "../visible-page.ts";
import type { Candidate, TimePlace, TimeSearch } from "./candidates.ts";
import { candidateReader } from "./read-candidates.ts";
import { shownCandidates } from "./show-candidates.ts";
import type { Stretch } from "./stretches.ts";
import { type TimeSource, timesOfStorage } from "./time-source.ts";

/** What `findTimes` takes, as its schema has made it. */
export type TimesInput = z.output<typeof findTimesSchema>;

/**
 * Free times that last so long: slots that are stored, and computed openings.
 * @throws BookingError `invalid_time_range`, or `invalid_input`
 */
export async function findTimes(
  settings: EngineSettings,
  given: FindTimesInput,
  source = timesOfStorage(settings),
): Promise<Page<FreeTime>> {
  const input = parse(findTimesSchema, given);
  const { order, limit, cursor, subjectId } = input;
  const asOf = settings.clock.now();
  const booker = bookerFor(settings, subjectId, "findTimes");
  const cursors = cursorsOfTimes(input, booker && settings.actor);
  const { items, last } = await timesAfter(settings, source, {
    search: searchFor(settings, input, asOf, order === "latest"),
    range: rangeOf(input, asOf),
    after: cursors.read(cursor),
    limit,
    booker,
  });
  return { items: items.map(({ time }) => time), nextCursor: last === undefined ? null : cursors.write(last.place) };
}

/** What a search of the database looks for. */
export function searchFor(
  { overlapScope }: EngineSettings,
  {
    providerIds,
    facilityId,
    minutes,
    ...holds
  }: Pick<TimeSearch, "providerIds" | "facilityId" | "minutes"> & HoldsInput,
  asOf: Date,
  descending = false,
): TimeSearch {
  return { providerIds, facilityId, minutes, asOf, overlapScope, descending, own: ownHoldsIn(holds) };
}

/** A part of a search, and for whom it is. */
export interface TimesWanted {
  readonly search: TimeSearch;
  readonly range: Stretch;
  readonly after: TimePlace | undefined;
  readonly limit: number;
  readonly booker: Booker | undefined;
}

/** So many of the times after a place, as far as the actor gets them. */
export async function timesAfter(
  settings: EngineSettings,
  source: TimeSource,
  { search, range, after, limit, booker }: TimesWanted,
): Promise<VisiblePart<Candidate, Candidate>> {
  const looked = { source, search, read: candidateReader(source, search, range, after) };
  const { read, show } = shownCandidates(settings, looked, booker);
  return visiblePart({ limit, read: (_, count) => read(count) }, show);
}

/** `from` is left out, as in other searches for free times: a search from now on begins later with each page. */
export function cursorsOfTimes(
  { providerIds, facilityId, minutes, to, order, subjectId, holdTokens, holderId }: TimesInput,
  actor: Actor | undefined,
): Cursors<TimePlace> {
  const filters = { providerIds, facilityId, minutes, to: to?.getTime(), subjectId, holdTokens, holderId };
  return timeCursors({ name: "times", actor, descending: order === "latest", filters });
}

/** From now on, and as far as one search goes, unless it is said otherwise. */
export function rangeOf({ from: given, to: until }: Pick<TimesInput, "from" | "to">, now: Date): Stretch {
  const from = given ?? now;
  const to = until ?? new Date(from.getTime() + limits.openDays * dayMs);
  if (given !== undefined && from > to) {
    const { refused, details } = refuseForRange("ends_before_start", { start: from, end: to });
    throw new BookingError(refused, details);
  }
  if (to.getTime() - from.getTime() > limits.openDays * dayMs) throw tooLong();
  return { from, to };
}

/** As much of a window as one search looks at: if its end is asked for, it must not be further. */
export function rangeWithin({ from, to }: Stretch, asked: Pick<TimesInput, "to">): Stretch {
  const furthest = new Date(from.getTime() + limits.openDays * dayMs);
  if (to <= furthest) return { from, to };
  if (asked.to !== undefined) throw tooLong();
  return { from, to: furthest };
}

function tooLong(): BookingError {
  const maximum = limits.openDays;
  const message = `must not be more than ${maximum} days after from, or after now`;
  return new BookingError("invalid_input", { issues: [{ path: "to", code: "too_large", maximum, message }] });
}
