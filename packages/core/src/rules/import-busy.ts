import { refuse } from "../errors/index.ts";
import { type BusyMark, busyMetadata, busySlotId } from "../model/busy.ts";
import type { Command } from "../model/commands.ts";
import { limits } from "../model/limits.ts";
import type { RecordKey } from "../model/record.ts";
import { scheduleIdIn } from "../model/schedule.ts";
import { overlapping } from "../model/search.ts";
import { type Slot, slotStatuses } from "../model/slot.ts";
import { overlaps, type TimeRange } from "../model/time-range.ts";
import { type Marked, timeOf } from "./busy/marks.ts";
import { type BusyPlan, type BusyTime, busyPlan, freeable } from "./busy/plan.ts";
import { aroundOf, type BusySeen, busySeen, weeksOf } from "./busy/seen.ts";
import {
  bumpSchedule,
  type Change,
  type Context,
  changeSlot,
  createBlockedSlot,
  type Decision,
  decided,
  type FurtherReads,
  type Reads,
  type Rule,
  type Seen,
} from "./decision.ts";
import { isNoLongerOffered } from "./hours/no-longer-offered.ts";
import { availabilityKey } from "./set-availability.ts";

type ImportBusy = Command<"importBusy">;

/** What became of one stretch of time. */
export interface ImportedStretch {
  readonly created: number;
  readonly kept: number;
  readonly withdrawn: number;
  readonly blocked: number;
  readonly freed: number;
  readonly taken: readonly Slot[];
  readonly takenCount: number;
}

/**
 * Makes the busy times of a source those of the command, as far as they lie within the time that it tells of. It writes the schedule, as all
 * do that create or publish slots. If nothing is to be done, nothing is written.
 */
export const importBusy = importing([]);

/** The same after what earlier stretches would have written. */
export const importingAfter = (written: readonly Slot[]) => importing(written);

function importing(written: readonly Slot[]): Rule<ImportBusy, ImportedStretch> {
  return {
    reads(command, seen, context): Reads {
      const scheduleId = scheduleIdIn(command, context);
      const of = { providerIds: [command.providerId], scheduleId, statuses: slotStatuses };
      return {
        keys: [{ kind: "schedule", id: scheduleId }, ...hoursOf(command, busySeen(command, seen, written, context))],
        search: { ...overlapping(weeksOf(command)), ...of },
        further(): FurtherReads {
          const around = aroundOf(command, seen, written, context);
          return { keys: [], ...(around && { search: { ...around, ...of } }), wasMissed: wasMissed(command, seen) };
        },
      };
    },

    decide(command, seen, context): Decision<ImportedStretch> {
      const { providerId, facilityId } = command;
      const schedule = seen.schedule(scheduleIdIn(command, context));
      if (schedule === undefined) return refuse("schedule_not_found", { providerId, facilityId });
      const view = busySeen(command, seen, written, context);
      const plan = busyPlan(view, command);
      const write = writing({ scheduleId: schedule.id, command, ...view }, context);
      const slots = plan.times.map((time) => write(time));
      const freeing = freed(plan, view, seen, context);
      const changes = [...changesOf(plan, context), ...freeing, ...slots.flatMap((one) => one.changes)];
      const all = changes.length === 0 ? [] : [bumpSchedule(schedule, context), ...changes];
      const result = {
        created: slots.filter(({ isNew }) => isNew).length,
        kept: slots.filter(({ isNew }) => !isNew).length,
        withdrawn: withdrawnTimes(plan),
        blocked: plan.blocked.length,
        freed: freeing.filter(({ record }) => record.status === "available").length,
        taken: plan.taken.slice(0, limits.outsideSlots),
        takenCount: plan.taken.length,
      };
      // Bookings and cancellations do not write the schedule.
      return decided(all, result, plan.met);
    },
  };
}

/** What was found of the weeks may have changed since. Then it does not go together with what lies around. */
function wasMissed(command: ImportBusy, { found }: Seen): (slot: Slot) => boolean {
  const versions = new Map(found.map(({ id, version }) => [id, version]));
  const weeks = weeksOf(command);
  return (slot) => overlaps(slot, weeks) && versions.get(slot.id) !== slot.version;
}

/** The hours by which the slots may have been published that are perhaps free again. */
function hoursOf({ providerId }: ImportBusy, { found, gone }: BusySeen): readonly RecordKey[] {
  if (gone.length === 0) return [];
  const facilities = new Set(found.filter(({ status }) => status === "blocked").map(({ facilityId }) => facilityId));
  return [...facilities].map((facilityId) => availabilityKey({ providerId, facilityId }));
}

/**
 * What the hours do not offer any more is withdrawn, as publishing would: nobody sells a day that was closed meanwhile. The
 * rest is free again, where nothing lies in its place.
 */
function freed(plan: BusyPlan, { found, around }: BusySeen, seen: Seen, context: Context): readonly Change<Slot>[] {
  const all = [...found, ...around];
  const isEnded = (slot: Slot): boolean => {
    const availability = seen.availability(availabilityKey(slot).id);
    return slot.start >= context.now && availability !== undefined && isNoLongerOffered(availability, slot, all);
  };
  const ended = new Set(plan.loose.filter(isEnded));
  const offered = plan.loose.filter((slot) => !ended.has(slot));
  const become = (status: "withdrawn" | "available") => (slot: Slot) => changeSlot(slot, { status }, context);
  return [...[...ended].map(become("withdrawn")), ...freeable(offered, plan.inTheWay).map(become("available"))];
}

/** How many busy times have gone as a whole. */
function withdrawnTimes({ gone, over }: BusyPlan): number {
  const left = new Set(over.map(({ slot }) => timeOf(slot)));
  return new Set(gone.map(timeOf).filter((time) => !left.has(time))).size;
}

/** What is over makes room first. */
function changesOf({ gone, over, blocked }: BusyPlan, context: Context): readonly Change<Slot>[] {
  return [
    ...gone.map((slot) => changeSlot(slot, { status: "withdrawn" }, context)),
    ...over.flatMap(({ slot, mark, blocked }) => remarked({ slot, mark }, { ...mark, blocked, over: true }, context)),
    ...blocked.map((slot) => changeSlot(slot, { status: "blocked", hold: null }, context)),
  ];
}

/** The busy time with another mark, unless it is the same. */
function remarked({ slot, mark }: Marked, next: BusyMark, context: Context): readonly Change<Slot>[] {
  const [before, after] = [busyMetadata(mark), busyMetadata(next)];
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [changeSlot(slot, { metadata: after }, context)];
}

interface Writing extends Pick<BusySeen, "all" | "stored"> {
  readonly scheduleId: string;
  readonly command: ImportBusy;
}

function byTime(marked: readonly Marked[]): (time: TimeRange) => readonly Marked[] {
  const known = Map.groupBy(marked, ({ slot }) => timeOf(slot));
  return (time) => known.get(timeOf(time)) ?? [];
}

/** Writes the slots of a busy time, as far as they are not there, or have blocked something else. */
function writing({ scheduleId, command, all, stored }: Writing, context: Context) {
  const { source, providerId, facilityId } = command;
  const [allAt, storedAt] = [byTime(all), byTime(stored)];

  function writePart(time: BusyTime, seat: number, blocked: BusyMark["blocked"]): readonly Change<Slot>[] {
    const isIt = ({ slot }: Marked) => slot.seat === seat;
    const before = storedAt(time).find(isIt);
    if (before !== undefined) return remarked(before, { source, again: before.mark.again, blocked }, context);
    const mark = { source, again: allAt(time).filter(isIt).length, blocked };
    const place = { scheduleId, providerId, facilityId, seat, start: time.start, end: time.end };
    return [createBlockedSlot({ id: busySlotId(place, mark), ...place, metadata: busyMetadata(mark) }, context)];
  }

  return (time: BusyTime) => {
    const before = storedAt(time);
    const surplus = before.filter(({ slot }) => slot.seat >= time.parts.length);
    const changes = [
      ...surplus.map(({ slot }) => changeSlot(slot, { status: "withdrawn" }, context)),
      ...time.parts.flatMap((blocked, seat) => writePart(time, seat, blocked)),
    ];
    return { isNew: before.length === 0, changes };
  };
}
