import { type Refusal, refuse } from "../errors/index.ts";
import type { Command } from "../model/commands.ts";
import { isComputedId } from "../model/computed-id.ts";
import { limits } from "../model/limits.ts";
import type { Replayable } from "../model/replayable.ts";
import { type Schedule, scheduleIdIn } from "../model/schedule.ts";
import { overlapping } from "../model/search.ts";
import { perhapsOccupyingStatuses, type Slot } from "../model/slot.ts";
import type { TimeRange } from "../model/time-range.ts";
import { isSameTimeZone } from "../model/time-zone.ts";
import {
  bumpSchedule,
  type Change,
  type Context,
  createSlotsAlike,
  type Decision,
  decided,
  isRefusal,
  type Rule,
  type Seen,
} from "./decision.ts";
import { slotKey } from "./find.ts";
import { occupyingAmong, withdrawLapsed } from "./lapsed.ts";
import { type Occupied, refuseOverlap, refuseRange } from "./time.ts";

type CreateSlots = Command<"createSlots">;
type NewSlot = CreateSlots["slots"][number];

/** Slots that have been created. */
export interface CreatedSlots extends Replayable {
  /** The schedule of the slots, with its new version. */
  readonly schedule: Schedule;
  /** In the order of the input. The seats of a group slot follow one another. */
  readonly slots: readonly Slot[];
}

/** Publishes slots on a schedule: all of them or none. The first slots also create the schedule. */
export const createSlots: Rule<CreateSlots, CreatedSlots> = {
  reads(command, _seen, context) {
    const scheduleId = scheduleIdIn(command, context);
    const own = command.slots.flatMap(({ slotId }) => (slotId === undefined ? [] : slotKey(slotId)));
    return {
      keys: [{ kind: "schedule", id: scheduleId }, ...own],
      search: {
        ...overlapping(span(command.slots)),
        providerIds: [command.providerId],
        scheduleId,
        statuses: perhapsOccupyingStatuses,
      },
    };
  },

  decide: (command, seen, context) => refuseTooLarge(command) ?? decideSlots(command, seen, context),
};

function decideSlots(command: CreateSlots, seen: Seen, context: Context): Decision<CreatedSlots> {
  const { providerId, facilityId } = command;
  const refusal =
    refuseScheduleVersion(command, seen, context) ??
    refuseRanges(command.slots) ??
    refuseTooMany(command.slots) ??
    refuseTakenIds(command.slots, seen) ??
    refuseTimeZone(command, seen, context);
  if (refusal !== undefined) return refusal;
  const wanted = command.slots.flatMap(seatsOf);
  const overlap = refuseOverlap(wanted, occupyingAmong(seen.found, context).map(occupiedBy));
  if (overlap !== undefined) return overlap;
  const schedule = scheduleFor(command, seen, context);
  const scheduleId = schedule.record.id;
  const given = wanted.map(({ ownId, seat, start, end, metadata }) => {
    const id = ownId ?? context.newId();
    return { id, scheduleId, providerId, facilityId, seat, start, end, metadata };
  });
  const slots = createSlotsAlike(given, context);
  const lapsed = withdrawLapsed(seen.found, wanted, context);
  return decided([schedule, ...lapsed, ...slots], {
    schedule: schedule.record,
    slots: slots.map(({ record }) => record),
  });
}

/** What is kept of a chunk of many slots. The slots themselves would be stored twice. */
export interface CreatedChunk extends Replayable {
  readonly slots: number;
}

/** The same decision, for one chunk of many slots. */
export const createSlotsChunk: Rule<CreateSlots, CreatedChunk> = {
  reads: createSlots.reads,
  decide(command, seen, context) {
    const decision = decideSlots(command, seen, context);
    return isRefusal(decision) ? decision : { ...decision, result: { slots: decision.result.slots.length } };
  },
};

/** Where something is offered, and the zone if the caller names one. */
export type Place = Pick<CreateSlots, "providerId" | "facilityId" | "timeZone">;

/** The schedule with its next version, or a new one. */
export function scheduleFor(command: Place, seen: Seen, context: Context): Change<Schedule> {
  const id = scheduleIdIn(command, context);
  const existing = seen.schedule(id);
  if (existing !== undefined) return bumpSchedule(existing, context);
  const facilityId = context.overlapScope === "facility" ? command.facilityId : null;
  const timeZone = command.timeZone ?? "UTC";
  const times = { createdAt: context.now, updatedAt: context.now };
  const record = { kind: "schedule", id, providerId: command.providerId, facilityId, timeZone, version: 1 } as const;
  return { expected: 0, record: { ...record, ...times } };
}

function span(slots: readonly NewSlot[]): TimeRange {
  let [start, end] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const slot of slots) {
    start = Math.min(start, slot.start.getTime());
    end = Math.max(end, slot.end.getTime());
  }
  return { start: new Date(start), end: new Date(end) };
}

/** `slotId` is that of a stored slot, and `ownId` the id that the caller chose for a new one. */
type Seat = Occupied & Pick<NewSlot, "metadata"> & { readonly ownId: string | undefined };

function seatsOf({ slotId: ownId, start, end, capacity, metadata }: NewSlot, index: number): readonly Seat[] {
  return Array.from({ length: capacity }, (_, seat) => ({ ownId, start, end, seat, slotId: null, index, metadata }));
}

/** A stored slot as an obstacle. */
export function occupiedBy({ id, seat, start, end }: Slot): Occupied {
  return { slotId: id, seat, start, end };
}

function refuseRanges(slots: readonly NewSlot[]): Refusal | undefined {
  for (const [index, slot] of slots.entries()) {
    const refusal = refuseRange(slot, index);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function refuseTooMany(slots: readonly NewSlot[]): Refusal | undefined {
  const seats = slots.reduce((sum, { capacity }) => sum + capacity, 0);
  if (seats <= limits.slotsPerCall) return undefined;
  const message = `must not make more than ${limits.slotsPerCall} slots, seats counted, but makes ${seats}`;
  return refuse("invalid_input", {
    issues: [{ path: "slots", code: "too_many", maximum: limits.slotsPerCall, message }],
  });
}

/** Refuses an id that is there twice, and one that a slot has already. */
function refuseTakenIds(slots: readonly NewSlot[], seen: Seen): Refusal | undefined {
  const ids = new Set<string>();
  for (const [index, { slotId }] of slots.entries()) {
    if (slotId === undefined) continue;
    if (seen.slot(slotId) !== undefined) return refuse("slot_exists", { slotId, index });
    // Not in the schema of the input, so that what was done before there was this rule can still be replayed.
    if (isComputedId(slotId)) {
      const message = "must not be a UUID of version 8: slots that are made of computed openings have those";
      return refuse("invalid_input", { issues: [{ path: `slots.${index}.slotId`, code: "invalid", message }] });
    }
    if (ids.has(slotId)) {
      const message = `must not name "${slotId}" again: another slot of this call has the same id`;
      return refuse("invalid_input", { issues: [{ path: `slots.${index}.slotId`, code: "repeated", message }] });
    }
    ids.add(slotId);
  }
  return undefined;
}

/** The result, which holds all of the slots, is one value in the database, and servers limit the size of a packet. */
function refuseTooLarge({ providerId, facilityId, slots }: CreateSlots): Refusal | undefined {
  const each = slotBytes + nestedJsonBytes(providerId) + nestedJsonBytes(facilityId);
  const bytes = slots.reduce((sum, slot) => sum + slot.capacity * (each + ownIdBytes(slot) + metadataBytes(slot)), 0);
  if (bytes <= limits.createdBytes) return undefined;
  const message = `must not take more than ${limits.createdBytes} bytes to store, but take about ${bytes}: create fewer in one call, or use createManySlots`;
  return refuse("invalid_input", {
    issues: [{ path: "slots", code: "too_much", maximum: limits.createdBytes, message }],
  });
}

/** The size of a slot in a stored result, without its metadata and the host's ids. */
const slotBytes = 200;

function ownIdBytes({ slotId }: NewSlot): number {
  return slotId === undefined ? 0 : nestedJsonBytes(slotId);
}

function metadataBytes({ metadata }: NewSlot): number {
  for (const _ in metadata) return nestedJsonBytes(metadata);
  return 0;
}

const encoder = new TextEncoder();

/** As JSON within a JSON text, which is how some servers receive a result. */
function nestedJsonBytes(value: unknown): number {
  return encoder.encode(JSON.stringify(JSON.stringify(value))).length;
}

function refuseScheduleVersion(command: CreateSlots, seen: Seen, context: Context): Refusal | undefined {
  const id = scheduleIdIn(command, context);
  const actual = seen.schedule(id)?.version ?? 0;
  const { ifVersion: expected = actual } = command;
  return expected === actual ? undefined : refuse("version_conflict", { record: "schedule", id, expected, actual });
}

function refuseTimeZone(command: CreateSlots, seen: Seen, context: Context): Refusal | undefined {
  const existing = seen.schedule(scheduleIdIn(command, context));
  const { timeZone: expected } = command;
  if (existing === undefined || expected === undefined) return undefined;
  if (isSameTimeZone(existing.timeZone, expected)) return undefined;
  return refuse("schedule_mismatch", { field: "timeZone", expected, actual: existing.timeZone });
}
