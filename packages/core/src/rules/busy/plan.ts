import { type BlockedFor, type BusyMark, isWeeksEdge } from "../../model/busy.ts";
import { limits } from "../../model/limits.ts";
import { isOccupying, type Slot } from "../../model/slot.ts";
import { overlaps, type TimeRange } from "../../model/time-range.ts";
import { claimOf, claimsOf, type Marked } from "./marks.ts";
import type { BusySeen } from "./seen.ts";

/** A busy time as it is to be: what it has blocked in so many parts, each in a slot of its own. */
export interface BusyTime extends TimeRange {
  readonly parts: readonly (readonly BlockedFor[])[];
}

/** What has to be done so that the slots agree with the busy times of a source. */
export interface BusyPlan {
  readonly times: readonly BusyTime[];
  /** Busy times that go. */
  readonly gone: readonly Slot[];
  /** Busy times that are over, with what they keep blocked until a later stretch decides about it. */
  readonly over: readonly (Marked & Pick<BusyMark, "blocked">)[];
  readonly blocked: readonly Slot[];
  /** What was blocked for busy times that are over, and for no other one. */
  readonly loose: readonly Slot[];
  /** What none of these may overlap when it is free. */
  readonly inTheWay: readonly Slot[];
  /** What is booked or held and meets a busy time, and those of them that this stretch tells of. */
  readonly met: readonly Slot[];
  readonly taken: readonly Slot[];
}

/** Which stretch of an import it is. */
export interface Told {
  /** Where the import begins and ends. */
  readonly since: Date;
  readonly until: Date;
  /** Where the stretch begins and ends. */
  readonly from: Date;
  readonly to: Date;
}

export function busyPlan({ found, around, marked, stored, own, wanted, gone }: BusySeen, told: Told): BusyPlan {
  const isMarked = new Set(marked.map(({ slot }) => slot));
  const isSlot = (slot: Slot) => slot.status !== "withdrawn" && !isMarked.has(slot);
  const slots = found.filter(isSlot);
  const claims = claimsOf(marked);
  const before = sameBefore(stored);
  const tells = tellsOf(stored, told);
  const blocked = new Map<string, Slot>();
  const met = new Set<Slot>();
  const taken = new Set<Slot>();

  function claimed(time: TimeRange): readonly BlockedFor[] {
    const known = lastClaims(before(time));
    return slots
      .filter((slot) => overlaps(slot, time))
      .flatMap((slot): readonly BlockedFor[] => {
        const { id, status, version } = slot;
        if (status === "booked" || status === "held") {
          met.add(slot);
          if (tells(slot, time)) taken.add(slot);
        }
        const mine = known.get(id);
        // Who has changed it since the import decides about it.
        if (mine !== undefined) return [[id, mine]];
        if (status === "available") blocked.set(id, slot);
        if (status === "available") return [[id, version + 1]];
        return claims.has(claimOf([id, version])) ? [[id, version]] : [];
      });
  }

  const times = wanted.map((time) => ({ ...time, parts: inParts(claimed(time)) }));
  const replaced = new Set([...own, ...gone]);
  const staying = marked.filter((one) => !replaced.has(one));
  const still = claimsOf([...staying, ...times.map(({ parts }) => ({ mark: { blocked: parts.flat() } }))]);
  const loose = looseAmong(slots, claimsOf(gone), still);
  const isLater = ({ end }: Slot) => told.to < told.until && end > told.to;
  const later = new Set(slots.filter(isLater).map(({ id }) => id));
  const over = gone.flatMap((one) => {
    // Also of those that somebody has unblocked: they are left alone there as well.
    const keeps = one.mark.blocked.filter((claim) => later.has(claim[0]) && !still.has(claimOf(claim)));
    return keeps.length === 0 ? [] : [{ ...one, blocked: keeps }];
  });
  const isOver = new Set(over.map(({ slot }) => slot));
  return {
    times,
    gone: gone.map(({ slot }) => slot).filter((slot) => !isOver.has(slot)),
    over,
    blocked: [...blocked.values()],
    loose: loose.filter((slot) => !isLater(slot)),
    inTheWay: [...slots, ...around.filter(isSlot)].filter(isOccupying),
    met: [...met],
    taken: [...taken],
  };
}

/** Whether a slot that a busy time meets is to be told of: once, by the first stretch in which one meets it. */
function tellsOf(stored: readonly Marked[], { since, until, from, to }: Told) {
  const before = { start: since, end: from };
  const earlier = stored.filter(({ slot, mark }) => mark.over === undefined && overlaps(slot, before));
  const isTold = (slot: Slot) => overlaps(slot, before) && earlier.some((one) => overlaps(one.slot, slot));
  return (slot: Slot, time: TimeRange): boolean => {
    const now = { start: since, end: to < until ? to : time.end };
    return overlaps(slot, now) && overlaps(time, now) && !(since < from && isTold(slot));
  };
}

/**
 * The stored busy times that a time was before, if it became longer or shorter: those that overlap it, or meet it where two weeks meet.
 * Times are asked for in order, so each stored one is taken up once.
 */
function sameBefore(stored: readonly Marked[]): (time: TimeRange) => readonly Marked[] {
  const ahead = [...stored].sort((a, b) => b.slot.start.getTime() - a.slot.start.getTime());
  let near: Marked[] = [];
  return (time) => {
    const [start, end] = [time.start.getTime(), time.end.getTime()];
    const from = isWeeksEdge(time.start) ? start - 1 : start;
    const to = isWeeksEdge(time.end) ? end + 1 : end;
    for (let next = ahead.at(-1); next !== undefined && next.slot.start.getTime() < to; next = ahead.at(-1)) {
      near.push(next);
      ahead.pop();
    }
    near = near.filter(({ slot }) => slot.end.getTime() > from);
    return near;
  };
}

const claimOfSlot = ({ id, version }: Slot): string => claimOf([id, version]);

/** The version with which each slot was blocked last. */
function lastClaims(marked: readonly Marked[]): ReadonlyMap<string, number> {
  const versions = new Map<string, number>();
  for (const [id, version] of marked.flatMap(({ mark }) => mark.blocked)) {
    versions.set(id, Math.max(version, versions.get(id) ?? version));
  }
  return versions;
}

/** One part at least: a busy time keeps out what is published later. */
function inParts(blocked: readonly BlockedFor[]): readonly (readonly BlockedFor[])[] {
  const parts = [blocked.slice(0, limits.blockedPerBusy)];
  for (let at = limits.blockedPerBusy; at < blocked.length; at += limits.blockedPerBusy) {
    parts.push(blocked.slice(at, at + limits.blockedPerBusy));
  }
  return parts;
}

/** What was blocked for busy times that are over, and for no other one. */
const looseAmong = (slots: readonly Slot[], claims: ReadonlySet<string>, still: ReadonlySet<string>): readonly Slot[] =>
  slots.filter((slot) => slot.status === "blocked" && claims.has(claimOfSlot(slot)) && !still.has(claimOfSlot(slot)));

/** Those of the slots that have nothing in their place. */
export function freeable(loose: readonly Slot[], inTheWay: readonly Slot[]): readonly Slot[] {
  const taken = [...inTheWay];
  return loose.filter((slot) => {
    const isFree = !taken.some((other) => other.seat === slot.seat && overlaps(other, slot));
    if (isFree) taken.push(slot);
    return isFree;
  });
}
