import { mergedTimes, outsideOf, weekOf } from "../../model/busy.ts";
import type { Command } from "../../model/commands.ts";
import { overlapping, type SlotSearch } from "../../model/search.ts";
import { type Slot, slotAsOf } from "../../model/slot.ts";
import { overlaps, type TimeRange } from "../../model/time-range.ts";
import type { Context, Seen } from "../decision.ts";
import { type Marked, markedAmong, timeOf } from "./marks.ts";

type ImportBusy = Command<"importBusy">;

/** What an import finds of one stretch of time, as it counts now. */
export interface BusySeen {
  /** What lies at least partly in the weeks of the stretch. */
  readonly found: readonly Slot[];
  /** What else there is across those slots that reach out of these weeks. */
  readonly around: readonly Slot[];
  /** The busy times among all of them, without those that are withdrawn. */
  readonly marked: readonly Marked[];
  /** Those of the source, withdrawn ones included. */
  readonly all: readonly Marked[];
  /** Those of the source that are stored. */
  readonly stored: readonly Marked[];
  /** Those of them that are to be, in order. They do not overlap. */
  readonly wanted: readonly TimeRange[];
  /** Those that the import tells of in this stretch. */
  readonly own: readonly Marked[];
  /** Those that are not to be: of this stretch, and what an earlier one has left to this one. */
  readonly gone: readonly Marked[];
}

/** All weeks that the stretch lies in. */
export const weeksOf = ({ from, to }: Pick<ImportBusy, "from" | "to">): TimeRange => ({
  start: weekOf(from).start,
  end: weekOf(new Date(to.getTime() - 1)).end,
});

/** @param written What earlier stretches would have written, in the order in which they did. Only a dry run has any. */
export function busySeen(command: ImportBusy, seen: Seen, written: readonly Slot[], context: Context): BusySeen {
  const found = foundOf(command, seen, written, context);
  const isFound = new Set(found.map(({ id }) => id));
  const beyond = beyondWeeks(command, found);
  const read = beyond === undefined ? [] : laidOver(asNow(seen.obstacles ?? [], context), written, beyond);
  const around = read.filter(({ id }) => !isFound.has(id));
  const marks = markedAmong([...found, ...around]);
  const all = marks.filter(isOfSource(command));
  const stored = all.filter(({ slot }) => slot.status === "blocked");
  const own = stored.filter(isWithin(command));
  const wanted = wantedOf(command, own);
  const isWanted = new Set(wanted.map(timeOf));
  const isOwn = new Set(own);
  const gone = stored.filter((one) =>
    isOwn.has(one) ? !isWanted.has(timeOf(one.slot)) : one.mark.over === true && one.slot.start < command.from,
  );
  return {
    found,
    around,
    marked: marks.filter(({ slot }) => slot.status !== "withdrawn"),
    all,
    stored,
    own,
    wanted,
    gone,
  };
}

/**
 * What lies across the slots that reach out of the weeks: it may be what has blocked them, or be in their way. Undefined if there
 * are none, or none that the import has to do with.
 */
export function aroundOf(
  command: ImportBusy,
  seen: Seen,
  written: readonly Slot[],
  context: Context,
): SlotSearch | undefined {
  const beyond = beyondWeeks(command, foundOf(command, seen, written, context));
  return beyond && overlapping(beyond);
}

const asNow = (slots: readonly Slot[], { now }: Context) => slots.map((slot) => slotAsOf(slot, now));

const foundOf = (command: ImportBusy, seen: Seen, written: readonly Slot[], context: Context): readonly Slot[] =>
  laidOver(asNow(seen.found, context), written, weeksOf(command));

function beyondWeeks(command: ImportBusy, found: readonly Slot[]): TimeRange | undefined {
  const weeks = weeksOf(command);
  const beyond = found.filter(
    ({ start, end, status }) => status !== "withdrawn" && (start < weeks.start || end > weeks.end),
  );
  if (beyond.length === 0) return undefined;
  const stored = markedAmong(found).filter(isOfSource(command));
  const busy = [...command.parts, ...stored.map(({ slot }) => slot)];
  // One that is blocked may have been left to this stretch.
  const met = beyond.filter((slot) => slot.status === "blocked" || busy.some((time) => overlaps(time, slot)));
  if (met.length === 0) return undefined;
  const [start, end] = [met.map((slot) => slot.start.getTime()), met.map((slot) => slot.end.getTime())];
  return { start: new Date(Math.min(...start)), end: new Date(Math.max(...end)) };
}

/** The slots of a time, as they are after something was written. */
function laidOver(slots: readonly Slot[], written: readonly Slot[], time: TimeRange): readonly Slot[] {
  if (written.length === 0) return slots;
  const known = new Map(slots.map((slot) => [slot.id, slot]));
  for (const slot of written) if (overlaps(slot, time)) known.set(slot.id, slot);
  return [...known.values()];
}

const isOfSource =
  ({ source, facilityId }: ImportBusy) =>
  ({ slot, mark }: Marked): boolean =>
    mark.source === source && slot.facilityId === facilityId;

/** Those that the command tells of. */
const isWithin =
  ({ from, to, since }: ImportBusy) =>
  ({ slot }: Marked): boolean =>
    slot.start >= from && slot.start < to && slot.end > since;

/**
 * The busy times of the command, with what lies outside of its time of those that are stored: that is not over. What an
 * import that ended early has marked as over is not busy anywhere.
 */
function wantedOf({ parts, since, to }: ImportBusy, own: readonly Marked[]): readonly TimeRange[] {
  const told = { start: since, end: to };
  const outside = own.flatMap(({ slot, mark }) => (mark.over === true ? [] : outsideOf(slot, told)));
  return mergedTimes([...parts, ...outside]);
}
