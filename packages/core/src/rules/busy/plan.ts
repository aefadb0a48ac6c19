import { type BlockedFor, type BusyMark, busyMarkOf } from "../../model/busy.ts";
import { limits } from "../../model/limits.ts";
import { isOccupying, type Slot } from "../../model/slot.ts";
import { overlaps, type TimeRange } from "../../model/time-range.ts";

/** A busy time as it is to be: what it has blocked in so many parts, each in a slot of its own. */
export interface BusyTime extends TimeRange {
  readonly parts: readonly (readonly BlockedFor[])[];
}

/** What has to be done so that the slots agree with the busy times of a source. */
export interface BusyPlan {
  readonly times: readonly BusyTime[];
  /** Busy times that are over. */
  readonly gone: readonly Slot[];
  readonly blocked: readonly Slot[];
  readonly freed: readonly Slot[];
  readonly taken: readonly Slot[];
}

/** The slot of a busy time, with its mark. */
export interface Marked {
  readonly slot: Slot;
  readonly mark: BusyMark;
}

export const timeOf = ({ start, end }: TimeRange): string => `${start.getTime()} ${end.getTime()}`;

export function markedAmong(slots: readonly Slot[]): readonly Marked[] {
  return slots.flatMap((slot) => {
    const mark = busyMarkOf(slot);
    return mark === undefined ? [] : [{ slot, mark }];
  });
}

/** What there is around the busy times of a source. */
export interface BusyFound {
  /** All slots that may meet them, as they count now. */
  readonly found: readonly Slot[];
  /** The busy times among them. */
  readonly marked: readonly Marked[];
  /** Those of this source that are stored. */
  readonly stored: readonly Marked[];
  /** Those of them that are replaced. */
  readonly own: readonly Marked[];
}

/** @param wanted The busy times, in order, which do not overlap */
export function busyPlan(wanted: readonly TimeRange[], { found, marked: all, stored, own }: BusyFound): BusyPlan {
  const isMarked = new Set(all.map(({ slot }) => slot));
  const marked = all.filter(({ slot }) => slot.status !== "withdrawn");
  const slots = found.filter((slot) => slot.status !== "withdrawn" && !isMarked.has(slot));
  const isWanted = new Set(wanted.map(timeOf));
  const gone = own.filter(({ slot }) => !isWanted.has(timeOf(slot)));
  const claims = claimsOf(marked);
  const before = overlappedBy(stored);
  const blocked = new Map<string, Slot>();
  const taken = new Set<Slot>();

  function claimed(time: TimeRange): readonly BlockedFor[] {
    const known = lastClaims(before(time));
    return slots
      .filter((slot) => overlaps(slot, time))
      .flatMap((slot): readonly BlockedFor[] => {
        const { id, status, version } = slot;
        if (status === "booked" || status === "held") taken.add(slot);
        const mine = known.get(id);
        // Who has changed it since the import decides about it.
        if (mine !== undefined) return [[id, mine]];
        if (status === "available") blocked.set(id, slot);
        if (status === "available") return [[id, version + 1]];
        return claims.has(claimOf([id, version])) ? [[id, version]] : [];
      });
  }

  const times = wanted.map((time) => ({ ...time, parts: inParts(claimed(time)) }));
  const isOwn = new Set(own.map(({ slot }) => slot));
  const staying = marked.filter(({ slot }) => !isOwn.has(slot));
  const still = claimsOf([...staying, ...times.map(({ parts }) => ({ mark: { blocked: parts.flat() } }))]);
  const freed = freeable(slots, claimsOf(gone), still);
  return { times, gone: gone.map(({ slot }) => slot), blocked: [...blocked.values()], freed, taken: [...taken] };
}

/**
 * The stored busy times that overlap a time: if it became longer or shorter, what it was before. Times are asked for in order, so
 * each stored one is taken up once.
 */
function overlappedBy(stored: readonly Marked[]): (time: TimeRange) => readonly Marked[] {
  const ahead = [...stored].sort((a, b) => b.slot.start.getTime() - a.slot.start.getTime());
  let near: Marked[] = [];
  return ({ start, end }) => {
    for (let next = ahead.at(-1); next !== undefined && next.slot.start < end; next = ahead.at(-1)) {
      near.push(next);
      ahead.pop();
    }
    near = near.filter(({ slot }) => slot.end > start);
    return near;
  };
}

/** The version with which each slot was blocked last. */
function lastClaims(marked: readonly Marked[]): ReadonlyMap<string, number> {
  const versions = new Map<string, number>();
  for (const [id, version] of marked.flatMap(({ mark }) => mark.blocked)) {
    versions.set(id, Math.max(version, versions.get(id) ?? version));
  }
  return versions;
}

const claimOf = ([id, version]: BlockedFor): string => `${version} ${id}`;

const claimsOf = (marked: readonly { readonly mark: Pick<BusyMark, "blocked"> }[]): ReadonlySet<string> =>
  new Set(marked.flatMap(({ mark }) => mark.blocked.map(claimOf)));

/** One part at least: a busy time keeps out what is published later. */
function inParts(blocked: readonly BlockedFor[]): readonly (readonly BlockedFor[])[] {
  const parts = [blocked.slice(0, limits.blockedPerBusy)];
  for (let at = limits.blockedPerBusy; at < blocked.length; at += limits.blockedPerBusy) {
    parts.push(blocked.slice(at, at + limits.blockedPerBusy));
  }
  return parts;
}

/** What was blocked for busy times that are over, and for no other one, and has nothing in its place. */
function freeable(slots: readonly Slot[], claims: ReadonlySet<string>, still: ReadonlySet<string>): readonly Slot[] {
  const taken = slots.filter(isOccupying);
  const freed: Slot[] = [];
  for (const slot of slots) {
    const claim = claimOf([slot.id, slot.version]);
    if (slot.status !== "blocked" || !claims.has(claim) || still.has(claim)) continue;
    if (taken.some((other) => other.seat === slot.seat && overlaps(other, slot))) continue;
    freed.push(slot);
    taken.push(slot);
  }
  return freed;
}
