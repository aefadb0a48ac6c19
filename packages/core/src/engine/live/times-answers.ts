import type { z } from "zod";
import type { liveCountTimesSchema, liveNextTimesSchema, liveTimesSchema } from "../../model/queries.ts";
import { scheduleIdOf } from "../../model/schedule.ts";
import type { Clock } from "../clock.ts";
import { createDaysOf, createDayTally } from "../free-times/day-tally.ts";
import { cursorsOfTimes } from "../free-times/find-times.ts";
import type { Stretch } from "../free-times/stretches.ts";
import { ownHoldsIn } from "../own-holds.ts";
import { type Asked, notFollowed, scopeOf } from "./followed.ts";
import type { Following } from "./following.ts";
import type { LiveNextTimes, LiveStanding, LiveTimesByDay, LiveTimesPage } from "./live-slots.ts";
import { countIn, timesIn } from "./times.ts";
import type { FollowOptions } from "./window-slots.ts";

type Standing = (now: Date) => LiveStanding;

/** The answers about times of a length. The inputs are valid already. */
export function createTimesAnswers(
  following: Following,
  options: FollowOptions,
  { clock, standing }: { readonly clock: Clock; readonly standing: Standing },
) {
  /** @throws BookingError `invalid_input` if no hours are followed, or not those that are asked for */
  function rangeFor(asked: Asked, now: Date): Stretch {
    if (!options.openings) throw notFollowed("minutes", notTold);
    const { from, to } = scopeOf(following, options, asked, now.getTime());
    const begin = asked.from === undefined ? Math.max(from, now.getTime()) : from;
    return { from: new Date(begin), to: new Date(Math.max(to, begin)) };
  }

  return {
    timesRange: rangeFor,

    findTimes(input: z.output<typeof liveTimesSchema>): LiveTimesPage {
      const now = clock.now();
      const range = rangeFor(input, now);
      const { limit, order } = input;
      const cursors = cursorsOfTimes(input, undefined);
      const wanted = { ...input, own: ownHoldsIn(input), descending: order === "latest", limit: limit + 1 };
      const found = timesIn(following.slots(), wanted, { range, after: cursors.read(input.cursor), now });
      const items = found.slice(0, limit);
      const last = found.length > limit ? items.at(-1) : undefined;
      const nextCursor = last === undefined ? null : cursors.write(last.place);
      return { items: items.map(({ time }) => time), nextCursor, ...standing(now) };
    },

    nextTimes({ count, ...input }: z.output<typeof liveNextTimesSchema>): LiveNextTimes {
      const now = clock.now();
      const wanted = { ...input, descending: false, limit: count };
      const found = timesIn(following.slots(), wanted, { range: rangeFor(input, now), after: undefined, now });
      return { items: found.map(({ time }) => time), ...standing(now) };
    },

    countTimes(input: z.output<typeof liveCountTimesSchema>): LiveTimesByDay {
      const now = clock.now();
      const range = rangeFor(input, now);
      const { zones } = following.slots();
      const zoneOf = (providerId: string) => zones.get(scheduleIdOf(providerId, input.facilityId));
      const tally = createDayTally(createDaysOf(input.timeZone, zoneOf));
      const nextFrom = countIn(following.slots(), input, { range, now }, tally) ?? null;
      return { days: tally.days(), nextFrom, ...standing(now) };
    },
  };
}

const notTold = "needs follow({ openings: true, … }), because the hours are not followed otherwise";
