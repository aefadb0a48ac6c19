import { v5 as uuidFromName } from "uuid";
import { limits } from "./limits.ts";
import type { Slot } from "./slot.ts";
import type { TimeRange } from "./time-range.ts";
import type { Metadata } from "./values.ts";

/** A slot that `importBusy` has blocked, with the version that it then had. If somebody has changed it since, it is left alone. */
export type BlockedFor = readonly [slotId: string, version: number];

/** What the slot of a busy time has as its metadata: it is blocked, and nobody's to unblock. */
export interface BusyMark {
  readonly source: string;
  /** Counts the busy times that were withdrawn before at the same time. */
  readonly again: number;
  readonly blocked: readonly BlockedFor[];
  /** It is over, and keeps those slots blocked until an import comes to the last of their weeks. */
  readonly over?: true;
}

const namespace = "0f6a6c0e-5d0b-4f6e-9b0c-6f2f6d0f7b11";

export type BusyPlace = Pick<Slot, "scheduleId" | "facilityId" | "start" | "end" | "seat">;

/** Made of place, source and time, so that two who import the same meet on it. */
export function busySlotId(place: BusyPlace, { source, again }: Pick<BusyMark, "source" | "again">): string {
  const { scheduleId, facilityId, start, end, seat } = place;
  const name = [scheduleId, facilityId, source, start.getTime(), end.getTime(), seat, again];
  return uuidFromName(JSON.stringify(name), namespace);
}

export const busyMetadata = ({ source, again, blocked, over }: BusyMark): Metadata => ({
  busy: { source, again, blocked, ...(over && { over }) },
});

/** Whether a slot that looks like a busy time is one. An import asks of each several times, and a hash takes long. */
const known = new WeakMap<Slot, boolean>();

/** The mark of a slot that `importBusy` made. A host's own metadata may look like one, but not the id with it. */
export function busyMarkOf(slot: Slot): BusyMark | undefined {
  const mark = slot.metadata.busy as BusyMark | undefined;
  if (typeof mark !== "object" || mark === null || typeof mark.source !== "string") return undefined;
  const isBusy = known.get(slot) ?? slot.id === busySlotId(slot, mark);
  known.set(slot, isBusy);
  return isBusy ? mark : undefined;
}

/** Busy times are kept in parts that never cross the bounds of these weeks. */
const weekMs = 7 * 24 * 60 * 60 * 1000;

export const weekOf = (instant: Date): TimeRange => {
  const start = Math.floor(instant.getTime() / weekMs) * weekMs;
  return { start: new Date(start), end: new Date(start + weekMs) };
};

/** Whether two parts of a time may meet there. */
export const isWeeksEdge = (instant: Date): boolean => instant.getTime() % weekMs === 0;

/** The times without overlap, in parts of a week at most, as far as they meet a range. Wherever it begins, the parts are the same. */
export function busyParts(
  intervals: readonly TimeRange[],
  { start: from, end: until }: TimeRange,
): readonly TimeRange[] {
  const parts: TimeRange[] = [];
  for (const { start, end } of mergedTimes(intervals)) {
    let week = weekOf(latest(start, from));
    for (; week.start < end && week.start < until; week = weekOf(week.end)) {
      const part = { start: latest(start, week.start), end: earliest(end, week.end) };
      if (part.end > from && part.start < until) parts.push(part);
    }
  }
  return parts;
}

const latest = (one: Date, other: Date): Date => new Date(Math.max(one.getTime(), other.getTime()));
const earliest = (one: Date, other: Date): Date => new Date(Math.min(one.getTime(), other.getTime()));

/** What lies of a time before and after a range that it meets. */
export function outsideOf({ start, end }: TimeRange, { start: from, end: until }: TimeRange): readonly TimeRange[] {
  const before = { start, end: from };
  const after = { start: until, end };
  return [before, after].filter((one) => one.start < one.end);
}

/** The times in order, those that overlap or meet as one. */
export function mergedTimes(intervals: readonly TimeRange[]): readonly TimeRange[] {
  const times: TimeRange[] = [];
  for (const { start, end } of [...intervals].sort((a, b) => a.start.getTime() - b.start.getTime())) {
    const before = times.at(-1);
    if (before === undefined || start > before.end) times.push({ start, end });
    else if (end > before.end) times[times.length - 1] = { start: before.start, end };
  }
  return times;
}

/** Stretches of time with as many parts as one commit takes. The last one ends with the range: the import says nothing about what begins later. */
export function* busyStretches(parts: readonly TimeRange[], { start: from, end: until }: TimeRange) {
  let place = 0;
  for (let at = weekOf(from).start; at < until; ) {
    const end = earliest(weekOf(at).end, until);
    const more = parts[place + limits.busyParts];
    const to = more !== undefined && more.start < end ? more.start : end;
    const first = place;
    while (place < parts.length && (parts[place] as TimeRange).start < to) place += 1;
    yield { from: at, to, until, parts: parts.slice(first, place) };
    at = to;
  }
}
