import type { FreeTime, NextTimes } from "../../model/free-time.ts";
import { nextTimesSchema } from "../../model/queries.ts";
import type { NextTimesInput } from "../../model/read-inputs.ts";
import type { EngineSettings } from "../options.ts";
import { parse } from "../parse.ts";
import { bookerFor } from "../sight/booking.ts";
import type { TimePlace } from "./candidates.ts";
import { rangeOf, searchFor, timesAfter } from "./find-times.ts";
import { timesOfStorage } from "./time-source.ts";

/** How many pages one call reads. A page is full, unless the actor gets little of what is there. */
const mostPages = 10;

/**
 * The first free times that last so long, within as many days as one search looks at.
 * @throws BookingError `invalid_input`
 */
export async function nextTimes(settings: EngineSettings, given: NextTimesInput): Promise<NextTimes> {
  const { count, from, subjectId, ...place } = parse(nextTimesSchema, given);
  const asOf = settings.clock.now();
  const booker = bookerFor(settings, subjectId, "nextTimes");
  const search = searchFor(settings, place, asOf);
  const range = rangeOf({ from, to: undefined }, asOf);
  const source = timesOfStorage(settings);
  const items: FreeTime[] = [];
  let after: TimePlace | undefined;
  for (let pages = 0; pages < mostPages && items.length < count; pages += 1) {
    const part = await timesAfter(settings, source, { search, range, after, limit: count - items.length, booker });
    for (const { time } of part.items) items.push(time);
    after = part.last?.place;
    if (after === undefined) break;
  }
  return { items };
}
