import { limits } from "./limits.ts";
import { dayMs, minuteMs } from "./local-date.ts";
import { type ZoneClock, zoneClock } from "./zone-clock.ts";

/**
 * What a runtime knew of a time zone when it published slots of hours, or booked openings of them. Governments change their
 * minds, so another version of the zone data may show other local times for the same instants.
 */
export interface ZoneRules {
  /** The version of the zone data, such as `2026b`. Null where the runtime does not tell it, as in browsers. */
  readonly version: string | null;
  /** From when on slots have been published or openings booked by these rules, as an ISO 8601 string. */
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

/**
 * The most that are kept of one zone. Clocks are rarely given new rules twice within years, but while processes with two versions
 * of the zone data run side by side, their rules take turns.
 */
const mostKept = 8;

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
 * The rules by which slots of a zone are published, with those of now, up to an instant, at most as far as slots are published
 * ahead. The same array if these are the last ones already.
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
    const wanted = Math.min(until.getTime(), now.getTime() + limits.publishedDays * dayMs);
    if (Date.parse(last.until) >= wanted) return known;
    return [...known.slice(0, -1), { ...rulesOf(timeZone, now), since: last.since }];
  }
  return atMost(mostKept, [...known.filter(stillCounts(known, now)), rulesOf(timeZone, now)]);
}

/**
 * Leaves out what lies between rules that are the same, the shortest time first. What was promised in it counts as promised by
 * those around. If there is nothing between, the oldest go, and what was promised by them is compared with the next ones.
 */
function atMost(most: number, all: readonly ZoneRules[]): readonly ZoneRules[] {
  if (all.length <= most) return all;
  const [shortest] = all.flatMap((_, at) => betweenSame(all, at)).sort((a, b) => a.ms - b.ms);
  if (shortest === undefined) return all.slice(-most);
  const { before, after } = shortest;
  const [one, other] = [all[before], all[after]] as [ZoneRules, ZoneRules];
  return atMost(most, [...all.slice(0, before), { ...other, since: one.since }, ...all.slice(after + 1)]);
}

/** The next rules that are the same as those at a place, or the next but one, and how long others held in between. */
function betweenSame(all: readonly ZoneRules[], before: number) {
  return [before + 1, before + 2].flatMap((after) => {
    const [one, other] = [all[before], all[after]];
    if (one === undefined || other === undefined || !agree(one, other)) return [];
    return [{ before, after, ms: Date.parse(other.since) - Date.parse(all[before + 1]?.since ?? other.since) }];
  });
}

/** Whether the clocks show the same by both, as long as both are kept. */
function agree(one: ZoneRules, other: ZoneRules): boolean {
  const begin = Date.parse(other.since);
  const end = Math.min(Date.parse(one.until), Date.parse(other.until));
  const changes = [...one.offsets, ...other.offsets].map(({ from }) => Date.parse(from));
  return [begin, ...changes.filter((at) => at > begin && at < end)].every(
    (at) => localBy(one, at) === localBy(other, at),
  );
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
