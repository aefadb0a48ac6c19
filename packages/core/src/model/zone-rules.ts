import { limits } from "./limits.ts";
import { dayMs } from "./local-date.ts";
import { type ZoneClock, zoneClock } from "./zone-clock.ts";

/**
 * What a runtime knew of a time zone when it published slots. Governments change their minds, so another version of the zone
 * data may show other local times for the same instants.
 */
export interface ZoneRules {
  /** The version of the zone data, such as `2026b`. Null where the runtime does not tell it, as in browsers. */
  readonly version: string | null;
  /** From when on slots have been published by these rules, as an ISO 8601 string. */
  readonly since: string;
  /** Up to when they are kept, as an ISO 8601 string. */
  readonly until: string;
  /** How many minutes the clocks are ahead of UTC, from which instants on. The first ones hold from `since` on. */
  readonly offsets: readonly ZoneOffset[];
}

/** An offset, from an instant on. */
export interface ZoneOffset {
  /** As an ISO 8601 string. */
  readonly from: string;
  readonly minutes: number;
}

/** Beyond what can be published, so that they are written anew once a year at most. */
const keptMs = (limits.publishedDays + 366) * dayMs;

/** The most that are kept of one zone. Clocks are rarely given new rules twice within years. */
const mostKept = 8;

const minuteMs = 60_000;

const textOf = (instant: number): string => new Date(instant).toISOString();

/** The rules of a zone as this runtime knows them. */
export function rulesOf(timeZone: string, now: Date): ZoneRules {
  const since = now.getTime();
  const until = since + keptMs;
  const offsets = zoneClock(timeZone).offsetsBetween(since, until);
  return {
    version: globalThis.process?.versions?.tz ?? null,
    since: textOf(since),
    until: textOf(until),
    offsets: offsets.map(([from, ms]) => ({ from: textOf(from), minutes: ms / minuteMs })),
  };
}

/**
 * The rules by which slots of a zone are published, with those of now, up to an instant. The same array if these are the last
 * ones already.
 */
export function withRulesOf(
  timeZone: string,
  known: readonly ZoneRules[],
  now: Date,
  until: Date,
): readonly ZoneRules[] {
  const last = known.at(-1);
  if (last === undefined) return [rulesOf(timeZone, now)];
  if (!differs(last, zoneClock(timeZone), now)) {
    if (Date.parse(last.until) >= until.getTime()) return known;
    return [...known.slice(0, -1), { ...rulesOf(timeZone, now), since: last.since }];
  }
  return [...known.filter(stillCounts(known, now)), rulesOf(timeZone, now)].slice(-mostKept);
}

/** Whether slots that were published by these rules may still be ahead. */
function stillCounts(known: readonly ZoneRules[], now: Date) {
  return (_: ZoneRules, place: number): boolean => {
    const next = known[place + 1];
    return next === undefined || Date.parse(next.since) + limits.publishedDays * dayMs > now.getTime();
  };
}

/** From when on rules agree with a clock, for searches that ask thousands of times. */
const agreeing = new WeakMap<ZoneRules, { readonly clock: ZoneClock; readonly from: number }>();

/** Whether the clocks will show something else than these rules say, from an instant on and as long as they are kept. */
export function differs(rules: ZoneRules, clock: ZoneClock, from: Date): boolean {
  const known = agreeing.get(rules);
  if (known !== undefined && known.clock === clock && known.from <= from.getTime()) return false;
  const isOther = differsFrom(rules, clock, from.getTime());
  if (!isOther) agreeing.set(rules, { clock, from: from.getTime() });
  return isOther;
}

function differsFrom(rules: ZoneRules, clock: ZoneClock, begin: number): boolean {
  const end = Date.parse(rules.until);
  if (begin >= end) return false;
  const changes = [...rules.offsets.map((one) => Date.parse(one.from)), ...clock.offsetsBetween(begin, end).map(first)];
  const asked = [begin, ...changes.filter((at) => at > begin && at < end)];
  return asked.some((at) => localBy(rules, at) !== clock.localAt(at));
}

const first = ([from]: readonly [from: number, ms: number]): number => from;

/** What the clocks show at an instant by these rules. */
export function localBy({ offsets }: ZoneRules, instant: number): number {
  const offset = offsets.findLast(({ from }) => Date.parse(from) <= instant) ?? offsets[0];
  return instant + (offset?.minutes ?? 0) * minuteMs;
}
