import type { Help } from "../../model/help.ts";
import { dateOf, localDay } from "../../model/local-date.ts";
import type { Policy, Proposal } from "../policy.ts";
import { decidingByTimes } from "./by-times.ts";
import {
  audienceIn,
  checkedDays,
  checkedMinutes,
  counted,
  type DaysOptions,
  inWords,
  type MinutesOptions,
  minuteMs,
  missing,
  type PolicyOptions,
} from "./options.ts";
import { earliestStart, latestStart, localStarts, msUntil } from "./times.ts";

/**
 * Nothing is held, booked, asked for, offered, accepted or moved to a time that has begun. An engine with the option `audienceOf` has this
 * policy for self-service, unless `policies` has one of the name `not_in_the_past`.
 *
 * @throws BookingError `invalid_input`
 * @example
 * ```ts
 * // Also for staff. With an empty audience, it would hold for nobody.
 * const policies = [notInThePast({ audience: ["self_service", "staff"] })];
 * ```
 */
export function notInThePast(options: PolicyOptions = {}): Policy {
  const policy: Policy = {
    name: pastName,
    ...audienceIn(options),
    check(proposal) {
      const start = earliestStart(proposal);
      if (start === undefined || start >= proposal.now) return undefined;
      return { problem: "This time has begun already. Choose a later one.", values: { start: start.toISOString() } };
    },
  };
  return decidingByTimes(
    policy,
    ({ now }) =>
      ({ start }) =>
        start >= now,
  );
}

export const pastName = "not_in_the_past";

/**
 * A time is held, booked, asked for, offered, accepted or moved to at least so many minutes before it begins. A time that
 * was offered may be accepted later than that.
 *
 * @throws BookingError `invalid_input`
 * @example
 * ```ts
 * const policies = [minimumNotice({ minutes: 120, audience: ["self_service"] })];
 * ```
 */
export function minimumNotice(options: MinutesOptions): Policy {
  const audience = audienceIn(options, "minutes");
  const minutes = checkedMinutes(options);
  const policy: Policy = {
    name: "minimum_notice",
    ...audience,
    check(proposal) {
      const start = isOffered(proposal) ? undefined : earliestStart(proposal);
      if (start === undefined || msUntil(start, proposal.now) >= minutes * minuteMs) return undefined;
      const problem = `This time is too soon. It has to be booked at least ${inWords(minutes)} before it begins.`;
      const earliest = new Date(proposal.now.getTime() + minutes * minuteMs).toISOString();
      return { problem, values: { minutes, earliest } };
    },
  };
  return decidingByTimes(
    policy,
    ({ now }) =>
      ({ start }) =>
        start - now >= minutes * minuteMs,
  );
}

/**
 * A time is held, booked, asked for, offered, accepted or moved to at most so many minutes before it begins, or so many
 * local days before the day on which it begins, in the zone of the schedule of each slot. Of several times, none may be further
 * ahead. A time that was offered may be accepted however far ahead it is.
 *
 * @throws BookingError `invalid_input`
 * @example
 * ```ts
 * // All of a day opens when another day begins.
 * const policies = [maximumHorizon({ days: 60 })];
 * ```
 */
export function maximumHorizon(options: MinutesOptions | DaysOptions): Policy {
  const audience = audienceIn(options, "minutes", "days");
  const policy = { name: "maximum_horizon", ...audience };
  return isInDays(options) ? horizonOfDays(policy, options) : horizonOfMinutes(policy, options);
}

type Named = Pick<Policy, "name" | "audience">;

/** An option that is spread in may be there as undefined. */
const isInDays = (options: MinutesOptions | DaysOptions): options is DaysOptions =>
  "days" in options && options.days !== undefined;

function horizonOfMinutes(named: Named, options: MinutesOptions): Policy {
  if (options.minutes === undefined) throw missing("minutes", "days");
  const minutes = checkedMinutes(options);
  const policy: Policy = {
    ...named,
    check(proposal) {
      const start = isOffered(proposal) ? undefined : latestStart(proposal);
      if (start === undefined || msUntil(start, proposal.now) <= minutes * minuteMs) return undefined;
      const latest = new Date(proposal.now.getTime() + minutes * minuteMs).toISOString();
      return { problem: tooFar(inWords(minutes)), values: { minutes, latest }, helps: nearerOrLater };
    },
  };
  return decidingByTimes(
    policy,
    ({ now }) =>
      ({ start }) =>
        start - now <= minutes * minuteMs,
  );
}

function horizonOfDays(named: Named, options: DaysOptions): Policy {
  audienceIn(options, "days");
  const days = checkedDays(options);
  const policy: Policy = {
    ...named,
    sees: { timeZone: true },
    check(proposal) {
      for (const { start, zone } of isOffered(proposal) ? [] : localStarts(proposal)) {
        const last = localDay(proposal.now, zone) + days;
        if (localDay(start, zone) <= last) continue;
        return { problem: tooFar(counted(days, "day")), values: { days, lastDay: dateOf(last) }, helps: nearerOrLater };
      }
      return undefined;
    },
  };
  return decidingByTimes(
    policy,
    ({ now }) =>
      ({ start, zone }) =>
        zone.dayAt(start) <= zone.dayAt(now) + days,
  );
}

/** That a time is neither too soon nor too far ahead was decided by those who offered it. */
const isOffered = ({ command }: Pick<Proposal, "command">): boolean => command === "acceptOffer";

/** The day comes on which the same time can be booked. */
const nearerOrLater: readonly Help[] = ["another_time", "more_rights", "later"];

const tooFar = (before: string): string =>
  `This time is too far ahead. It can be booked ${before} before it begins, and not earlier.`;
