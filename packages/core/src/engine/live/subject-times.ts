import type { FreeTime } from "../../model/free-time.ts";
import { liveTimesSchema } from "../../model/queries.ts";
import type { LiveTimesInput } from "../../model/read-inputs.ts";
import { scheduleIdOf } from "../../model/schedule.ts";
import type { Candidate } from "../free-times/candidates.ts";
import { cursorsOfTimes, rangeWithin, searchFor, type TimesWanted, timesAfter } from "../free-times/find-times.ts";
import { candidateReader } from "../free-times/read-candidates.ts";
import { withSlots } from "../free-times/show-candidates.ts";
import { timesOfStorage } from "../free-times/time-source.ts";
import type { Page } from "../page.ts";
import { parse } from "../parse.ts";
import type { Booker } from "../sight/booking.ts";
import { type VisiblePart, visiblePart } from "../visible-page.ts";
import type { RowsAllowed } from "./allowed-rows.ts";
import type { Followed, Ways } from "./subject-search.ts";
import { timesInMemory } from "./times-source.ts";

/** How times of a length are searched for. */
export function timesForSubject(
  { settings, answers }: Followed,
  booker: Booker,
  input: LiveTimesInput,
): Ways<FreeTime> {
  const asked = parse(liveTimesSchema, input);
  const { actor, subjectId } = booker;
  // One list, whichever of memory and database answers for the next page.
  const cursors = cursorsOfTimes({ ...asked, subjectId }, actor);
  const after = cursors.read(asked.cursor);
  const wantedAt = (now: Date): TimesWanted => ({
    search: searchFor(settings, asked, now, asked.order === "latest"),
    // The database may have to answer, which looks so far and not as far as the window goes.
    range: rangeWithin(answers().timesRange(asked, now), asked),
    after,
    limit: asked.limit,
    booker,
  });
  const pageOf = ({ items, last }: VisiblePart<Candidate, Candidate>): Page<FreeTime> => ({
    items: items.map(({ time }) => time),
    nextCursor: last === undefined ? null : cursors.write(last.place),
  });
  return {
    asked,
    async byTimes(rows, now) {
      const { following, standing } = answers();
      const known = standing(now);
      const source = timesInMemory(following.slots());
      const { search, range, limit } = wantedAt(now);
      const read = candidateReader(source, search, range, after);
      const found = await visiblePart({ limit, read: (_, count) => read(count) }, allowedBy(rows));
      return { ...pageOf(found), ...known };
    },
    async byRecords(shown, seen, now) {
      const source = timesInMemory(answers().following.slots(), seen);
      const page = pageOf(await timesAfter(shown, source, wantedAt(now)));
      return { page, isUndecided: source.isUndecided() };
    },
    inDatabase: async (now) => {
      const own = { ...settings, actor };
      return pageOf(await timesAfter(own, timesOfStorage(own), wantedAt(now)));
    },
  };
}

/** Leaves out what the policies refuse by its times. */
function allowedBy({ allowsTime }: RowsAllowed) {
  return async (candidate: Candidate): Promise<Candidate | undefined> => {
    const { time, opening } = candidate;
    if (opening === undefined) return withSlots(candidate, candidate.slots().filter(allowsTime));
    const scheduleId = scheduleIdOf(time.providerId, time.facilityId);
    return allowsTime({ ...time, scheduleId }) ? candidate : undefined;
  };
}
