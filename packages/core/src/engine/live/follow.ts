import { BookingError } from "../../errors/index.ts";
import {
  countByDaySchema,
  followSchema,
  forSubjectSchema,
  liveCountTimesSchema,
  liveNextTimesSchema,
  liveTimesSchema,
  nextOpenSchema,
} from "../../model/queries.ts";
import type {
  CountByDayInput,
  FollowInput,
  ForSubjectInput,
  LiveCountTimesInput,
  LiveNextTimesInput,
  LiveOpenInput,
  LiveTimesInput,
  NextOpenInput,
} from "../../model/read-inputs.ts";
import { byTimesOf } from "../../rules/policies/by-times.ts";
import { refuseForRange } from "../../rules/time.ts";
import { refuseFeedWithin } from "../feed/visible-entries.ts";
import type { EngineSettings } from "../options.ts";
import { parse } from "../parse.ts";
import { refuseAborted } from "../read-chunks.ts";
import { unlessAborted } from "../unless-aborted.ts";
import { type Answers, createAnswers } from "./answers.ts";
import { startFollowing } from "./following.ts";
import { followSubject } from "./for-subject.ts";
import type { LiveSlots } from "./live-slots.ts";
import { type LiveMargin, liveWindow } from "./live-window.ts";
import { parsedFind } from "./plain-input.ts";
import type { Followed } from "./subject-search.ts";

/** @throws BookingError `invalid_input`, `invalid_time_range`, `storage_misused`, `aborted` */
export async function follow(settings: EngineSettings, input: FollowInput): Promise<LiveSlots> {
  refuseFeedWithin(settings, "follow");
  const parsed = parse(followSchema, input);
  const { signal, staleAfterMs, from, to } = parsed;
  if (from !== undefined && to !== undefined && from > to) {
    const { refused, details } = refuseForRange("ends_before_start", { start: from, end: to });
    throw new BookingError(refused, details);
  }
  refuseOpenings(settings, parsed.openings);
  refuseAborted(signal);
  const ended = new AbortController();
  const end = () => {
    signal?.removeEventListener("abort", end);
    ended.abort(signal?.reason);
  };
  signal?.addEventListener("abort", end);
  const options = {
    providerIds: parsed.providerIds && new Set(parsed.providerIds),
    facilityId: parsed.facilityId,
    window: liveWindow(parsed, marginFor(settings, parsed.openings)),
    openings: parsed.openings,
    maxSlots: parsed.maxSlots,
    pollMs: Math.min(parsed.pollMs, staleAfterMs / 2),
    keepsRecords: needsRecords(settings),
  };
  try {
    const following = await unlessAborted(ended.signal, () => startFollowing(settings, options, ended.signal));
    if (following === undefined) throw new BookingError("aborted", {}, signal?.reason);
    const answers = createAnswers(following, options, { clock: settings.clock, staleAfterMs });
    return liveSlots(answers, { settings, options }, ended.signal, end);
  } catch (error) {
    end();
    throw error;
  }
}

/** Whether somebody's search for a subject may be decided by more than times. */
function needsRecords({ authorize, policies }: EngineSettings): boolean {
  return authorize !== undefined || policies.some((policy) => byTimesOf(policy) === undefined);
}

/**
 * As far as any policy looks at providers. What is in the way of an opening may begin before the window and after it: an
 * opening lasts two days at most.
 */
function marginFor({ sights }: EngineSettings, openings: boolean): LiveMargin {
  const { beforeMinutes = 0, afterMinutes = 0 } = sights?.ofAll.provider ?? {};
  const [leastBefore, leastAfter] = openings ? [1, 2 * 24 * 60] : [0, 0];
  return {
    beforeMs: Math.max(beforeMinutes, leastBefore) * 60_000,
    afterMs: Math.max(afterMinutes, leastAfter) * 60_000,
  };
}

/** @throws BookingError `invalid_input` where slots at other facilities may be in the way, which are not held */
function refuseOpenings({ overlapScope }: EngineSettings, openings: boolean): void {
  if (!openings || overlapScope === "facility") return;
  const message = 'needs the overlapScope "facility": a schedule that spans facilities has slots that are not followed';
  throw new BookingError("invalid_input", { issues: [{ path: "openings", code: "invalid", message }] });
}

function liveSlots(made: Answers, followed: Omit<Followed, "answers">, ended: AbortSignal, end: () => void): LiveSlots {
  let answers: Answers | undefined = made;
  function open(): Answers {
    if (answers === undefined) throw new BookingError("storage_misused", { problem: closed });
    return answers;
  }
  // A caller may keep the live slots for longer than their memory is needed.
  const close = () => {
    answers = undefined;
  };
  ended.addEventListener("abort", close, { once: true });
  if (ended.aborted) close();
  return {
    findOpen(input: LiveOpenInput = {}) {
      const { following, findOpen } = open();
      return findOpen(parsedFind(following, input));
    },
    findTimes: (input: LiveTimesInput) => open().findTimes(parse(liveTimesSchema, input)),
    nextTimes: (input: LiveNextTimesInput) => open().nextTimes(parse(liveNextTimesSchema, input)),
    countTimes: (input: LiveCountTimesInput) => open().countTimes(parse(liveCountTimesSchema, input)),
    async forSubject(input: ForSubjectInput) {
      open();
      return followSubject({ ...followed, answers: open }, parse(forSubjectSchema, input));
    },
    countByDay: (input: CountByDayInput = {}) => open().countByDay(parse(countByDaySchema, input)),
    next: (input: NextOpenInput = {}) => open().next(parse(nextOpenSchema, input)),
    freshness: () => open().freshness(),
    close: end,
  };
}

const closed = "These live slots are closed, so what they hold grows old. Call follow() for new ones.";
