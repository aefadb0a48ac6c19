import { refuse } from "../errors/index.ts";
import { type BusyMark, busyMetadata, busySlotId, mergedTimes, outsideOf, weekOf } from "../model/busy.ts";
import type { Command } from "../model/commands.ts";
import { limits } from "../model/limits.ts";
import { scheduleIdIn } from "../model/schedule.ts";
import { overlapping } from "../model/search.ts";
import { type Slot, slotAsOf, slotStatuses } from "../model/slot.ts";
import type { TimeRange } from "../model/time-range.ts";
import { type BusyPlan, type BusyTime, busyPlan, type Marked, markedAmong, timeOf } from "./busy/plan.ts";
import {
  bumpSchedule,
  type Change,
  type Context,
  changeSlot,
  createBlockedSlot,
  type Decision,
  decided,
  type Reads,
  type Rule,
} from "./decision.ts";

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
export const importBusy: Rule<ImportBusy, ImportedStretch> = {
  reads(command, _seen, context): Reads {
    const scheduleId = scheduleIdIn(command, context);
    const range = overlapping({ start: weekOf(command.from).start, end: weekOf(command.from).end });
    const search = { ...range, providerIds: [command.providerId], scheduleId, statuses: slotStatuses };
    return { keys: [{ kind: "schedule", id: scheduleId }], search };
  },

  decide(command, seen, context): Decision<ImportedStretch> {
    const { providerId, facilityId } = command;
    const schedule = seen.schedule(scheduleIdIn(command, context));
    if (schedule === undefined) return refuse("schedule_not_found", { providerId, facilityId });
    const found = seen.found.map((slot) => slotAsOf(slot, context.now));
    const marked = markedAmong(found);
    const all = marked.filter(isOfSource(command));
    const stored = all.filter(({ slot }) => slot.status === "blocked");
    const own = stored.filter(isWithin(command));
    const plan = busyPlan(wantedOf(command, own), { found, marked, stored, own });
    const write = writing({ scheduleId: schedule.id, command, all, stored }, context);
    const slots = plan.times.map((time) => write(time));
    const changes = [...changesOf(plan, context), ...slots.flatMap((one) => one.changes)];
    return decided(changes.length === 0 ? [] : [bumpSchedule(schedule, context), ...changes], {
      created: slots.filter(({ isNew }) => isNew).length,
      kept: slots.filter(({ isNew }) => !isNew).length,
      withdrawn: new Set(plan.gone.map(timeOf)).size,
      blocked: plan.blocked.length,
      freed: plan.freed.length,
      taken: plan.taken.slice(0, limits.outsideSlots),
      takenCount: plan.taken.length,
    });
  },
};

const isOfSource =
  ({ source, facilityId }: ImportBusy) =>
  ({ slot, mark }: Marked): boolean =>
    mark.source === source && slot.facilityId === facilityId;

/** Those that the command tells of. */
const isWithin =
  ({ from, to, since }: ImportBusy) =>
  ({ slot }: Marked): boolean =>
    slot.start >= from && slot.start < to && slot.end > since;

/** The busy times of the command, with what lies outside of its time of those that are stored: that is not over. */
function wantedOf({ parts, since, to }: ImportBusy, own: readonly Marked[]): readonly TimeRange[] {
  const told = { start: since, end: to };
  return mergedTimes([...parts, ...own.flatMap(({ slot }) => outsideOf(slot, told))]);
}

/** What is over makes room first. */
function changesOf({ gone, blocked, freed }: BusyPlan, context: Context): readonly Change<Slot>[] {
  return [
    ...gone.map((slot) => changeSlot(slot, { status: "withdrawn" }, context)),
    ...blocked.map((slot) => changeSlot(slot, { status: "blocked", hold: null }, context)),
    ...freed.map((slot) => changeSlot(slot, { status: "available" }, context)),
  ];
}

interface Writing {
  readonly scheduleId: string;
  readonly command: ImportBusy;
  /** Those of the source, withdrawn ones included. */
  readonly all: readonly Marked[];
  readonly stored: readonly Marked[];
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
    if (before !== undefined) {
      if (JSON.stringify(before.mark.blocked) === JSON.stringify(blocked)) return [];
      return [changeSlot(before.slot, { metadata: busyMetadata({ ...before.mark, blocked }) }, context)];
    }
    const mark = { source, again: allAt(time).filter(isIt).length, blocked };
    const place = { scheduleId, providerId, facilityId, seat, start: time.start, end: time.end };
    return [createBlockedSlot({ id: busySlotId(place, mark), ...place, metadata: busyMetadata(mark) }, context)];
  }

  return (time: BusyTime) => {
    const before = storedAt(time);
    const over = before.filter(({ slot }) => slot.seat >= time.parts.length);
    const changes = [
      ...over.map(({ slot }) => changeSlot(slot, { status: "withdrawn" }, context)),
      ...time.parts.flatMap((blocked, seat) => writePart(time, seat, blocked)),
    ];
    return { isNew: before.length === 0, changes };
  };
}
