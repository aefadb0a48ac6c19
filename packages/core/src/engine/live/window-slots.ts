import { BookingError } from "../../errors/index.ts";
import type { Availability } from "../../model/availability.ts";
import type { JournalEntry } from "../../model/journal.ts";
import { limits } from "../../model/limits.ts";
import { scheduleIdOf } from "../../model/schedule.ts";
import { slotAsOf } from "../../model/slot.ts";
import type { EngineSettings } from "../options.ts";
import { refuseAborted } from "../read-chunks.ts";
import { meaningOf } from "./apply.ts";
import { applyHours } from "./apply-hours.ts";
import { createDayCounter } from "./day-counts.ts";
import { type LiveWindow, overAt, readTo } from "./live-window.ts";
import { countAt, hasRoom, type LeftOut, leftOutOf, noteLeftOut, noteWithdrawn } from "./room.ts";
import { versionOf } from "./slot-columns.ts";
import { createSlotTable, type HeldSlotRow, heldRow, type SlotState, type SlotTable } from "./slot-table.ts";
import {
  areReadInOrder,
  compacted,
  copySlots,
  hoursOf,
  type ReadRange,
  slotsById,
  slotsWithin,
  type Wanted,
  zonesOf,
} from "./snapshot.ts";

export interface FollowOptions extends Wanted {
  readonly window: LiveWindow;
  readonly maxSlots: number;
  readonly pollMs: number;
  /** Whether `authorize` or a policy may have to be shown whole records. */
  readonly keepsRecords: boolean;
  /** Whether the hours are held as well. */
  readonly openings: boolean;
}

/** What is followed, for whom, and until when. */
export interface FollowContext {
  readonly settings: EngineSettings;
  readonly options: FollowOptions;
  /** Aborted when the slots are needed no longer. */
  readonly signal: AbortSignal;
}

/** The slots of a window, as far as they were read. */
export interface WindowSlots {
  table: SlotTable;
  counter: ReturnType<typeof createDayCounter>;
  /** The zones of their schedules. */
  readonly zones: Map<string, string>;
  /** By provider, if they are held. */
  readonly hours: Map<string, Availability>;
  /** Those that start before this time may be missing: they were not read, or have been dropped. */
  from: number;
  /** Those that start before this time, and not before `from`, are here. */
  loadedTo: number;
  /** One that was left out, because there are more than `maxSlots`. Undefined if all are here. */
  leftOut: LeftOut | undefined;
}

/** @throws BookingError `invalid_input` if there are more than `maxSlots`, unless some may be left out; `aborted` */
export async function readWindow(context: FollowContext, mayBeFull: boolean): Promise<WindowSlots> {
  const { settings, options, signal } = context;
  const { window, maxSlots } = options;
  const now = settings.clock.now().getTime();
  const [read, loadedTo] = [createSlotTable(options.keepsRecords), readTo(window, now)];
  const begin = window.from(now);
  const leftOut =
    (await readInto(context, read, marginBefore(window, begin), maxSlots)) ??
    (await readInto(context, read, { from: begin, to: loadedTo }, maxSlots));
  if (leftOut !== undefined && !mayBeFull) throw tooMany(maxSlots);
  const table = await compacted(read);
  const zones = new Map(await zonesOf(settings, scheduleIdsOf(table)));
  const slots = { table, counter: createDayCounter(table), zones, hours: new Map(), from: begin, loadedTo, leftOut };
  await learnHours(context, slots, options.openings ? [...(options.providerIds ?? [])] : []);
  refuseAborted(signal);
  return slots;
}

/** What starts before the window and reaches into what policies look at around it. */
function marginBefore({ margin }: LiveWindow, begin: number): ReadRange | undefined {
  if (margin.beforeMs === 0 && margin.afterMs === 0) return undefined;
  const endAfter = begin - margin.beforeMs;
  return { from: endAfter - limits.slotMs, to: begin, endAfter };
}

/** Returns the first one for which there was no room. What counts as withdrawn takes none. */
async function readInto(
  context: FollowContext,
  into: SlotTable,
  range: ReadRange | undefined,
  room: number,
): Promise<LeftOut | undefined> {
  if (range === undefined) return undefined;
  const { settings, options, signal } = context;
  const isRanked = areReadInOrder(options);
  let count = countAt(into, settings.clock.now().getTime());
  for await (const page of slotsWithin(settings, options, range, signal)) {
    const now = settings.clock.now();
    for (const slot of page) {
      if (slot.status === "withdrawn" || into.rowOf(slot.id) >= 0) continue;
      if (slotAsOf(slot, now).status !== "withdrawn") count += 1;
      if (count > room) return leftOutOf(context, heldRow(slot));
      into.add({ ...heldRow(slot), rank: isRanked ? into.size() + 1 : 0 });
    }
  }
  return undefined;
}

/** Drops what has begun. Returns whether there is room again for slots that were left out. */
export function leaveBehind({ settings, options }: FollowContext, slots: WindowSlots): boolean {
  const { margin } = options.window;
  const { table, leftOut } = slots;
  const now = settings.clock.now().getTime();
  const before = table.size();
  if (margin.beforeMs === 0 && margin.afterMs === 0) table.dropBefore(now);
  else table.dropEndedBefore(now - margin.beforeMs);
  if (table.size() < before) slots.from = Math.max(slots.from, now);
  return leftOut !== undefined && hasRoom(table, options.maxSlots, now);
}

/**
 * Whether the window begins where slots are missing: the clock was set back, or has left all that was read behind. What
 * lies in between was never read then, and policies look back there.
 */
export function beginsOutside(
  { window }: Pick<FollowOptions, "window">,
  { from, loadedTo }: WindowSlots,
  now: number,
): boolean {
  const begin = window.from(now);
  return begin < from || begin > loadedTo;
}

/** Reads what has come within the window. */
export async function readOn(context: FollowContext, slots: WindowSlots): Promise<void> {
  const { settings, options } = context;
  const now = settings.clock.now().getTime();
  const loadedTo = readTo(options.window, now);
  if (slots.leftOut === undefined) {
    // Apart from the others: if it fails on the way, nothing of it is there twice.
    const read = createSlotTable(options.keepsRecords);
    const room = options.maxSlots - countAt(slots.table, now);
    const leftOut = await readInto(context, read, { from: slots.loadedTo, to: loadedTo }, room);
    await learnZones(settings, slots, scheduleIdsOf(read));
    await copySlots(read, slots.table);
    if (leftOut !== undefined) noteLeftOut(context, slots, leftOut);
  }
  slots.loadedTo = loadedTo;
  if (!slots.table.isSparse()) return;
  slots.table = await compacted(slots.table);
  slots.counter = createDayCounter(slots.table);
}

/** Applies a part of the feed, perhaps once more. */
export async function applyEntries(
  context: FollowContext,
  slots: WindowSlots,
  entries: readonly JournalEntry[],
): Promise<void> {
  const ofPlace = entries.filter((entry) => isOfPlace(entry, context.options));
  const wanted = ofPlace.filter(({ recordKind }) => recordKind === "slot");
  const changed = context.options.openings ? ofPlace.filter(({ recordKind }) => recordKind === "availability") : [];
  // A schedule without a slot may have hours, by whose days its openings are counted. The two have one id.
  const schedules = [...wanted.flatMap(newScheduleOf), ...changed.map(({ recordId }) => recordId)];
  await learnZones(context.settings, slots, [...new Set(schedules)]);
  const gaps = wanted.filter((entry) => !applyOne(context, slots, entry)).map(({ recordId }) => recordId);
  for (const slot of await slotsById(context.settings, [...new Set(gaps)])) put(context, slots, heldRow(slot));
  const unread = changed.filter((entry) => !applyHours(slots.hours, entry)).flatMap(({ providerIds }) => providerIds);
  await learnHours(context, slots, [...new Set(unread)]);
}

/** Reads the hours of these providers, and the zones by whose days their openings are counted. */
async function learnHours(
  { settings, options: { facilityId = "" } }: FollowContext,
  slots: Pick<WindowSlots, "hours" | "zones">,
  providerIds: readonly string[],
): Promise<void> {
  const { hours } = slots;
  await learnZones(
    settings,
    slots,
    providerIds.map((id) => scheduleIdOf(id, facilityId)),
  );
  for (const one of await hoursOf(settings, providerIds, facilityId)) {
    if (one.version > (hours.get(one.providerId)?.version ?? 0)) hours.set(one.providerId, one);
  }
}

function isOfPlace(
  { providerIds: [providerId], facilityId }: JournalEntry,
  options: Pick<FollowOptions, "providerIds" | "facilityId">,
): boolean {
  return (
    (options.providerIds?.has(providerId as string) ?? true) &&
    (options.facilityId === undefined || options.facilityId === facilityId)
  );
}

/** False if the slot has to be read. */
function applyOne(context: FollowContext, slots: WindowSlots, entry: JournalEntry): boolean {
  if (entry.toStatus === "withdrawn") noteWithdrawn(slots, entry.recordId);
  const meaning = meaningOf(entry, slots.table);
  if (meaning.kind === "state") become(slots.table, meaning.row, meaning.state);
  else if (meaning.kind === "created") put(context, slots, meaning.slot);
  return meaning.kind !== "gap";
}

/** What is withdrawn is none of any list, and never comes back. */
function become(table: SlotTable, row: number, state: SlotState): void {
  if (state.status === "withdrawn") table.remove(row);
  else table.setState(row, state);
}

function put(context: FollowContext, slots: WindowSlots, slot: HeldSlotRow): void {
  const { settings, options } = context;
  const { table } = slots;
  const row = table.rowOf(slot.id);
  if (row >= 0) {
    if (slot.version > versionOf(table.columns, row)) become(table, row, slot);
    return;
  }
  if (slot.status === "withdrawn") return;
  if (slot.start >= slots.loadedTo) return;
  const now = settings.clock.now().getTime();
  if (overAt(slot, options.window) <= options.window.from(now)) {
    slots.from = Math.max(slots.from, options.window.from(now));
    return;
  }
  if (hasRoom(table, options.maxSlots, now)) table.add(slot);
  else noteLeftOut(context, slots, leftOutOf(context, slot));
}

async function learnZones(
  settings: EngineSettings,
  { zones }: Pick<WindowSlots, "zones">,
  scheduleIds: readonly string[],
): Promise<void> {
  const unknown = scheduleIds.filter((id) => !zones.has(id));
  for (const [id, zone] of await zonesOf(settings, unknown)) zones.set(id, zone);
}

function scheduleIdsOf({ places }: SlotTable): readonly string[] {
  return [...new Set(places.map(({ scheduleId }) => scheduleId))];
}

const newScheduleOf = ({ version, changes }: JournalEntry) => (version === 1 ? [changes.scheduleId?.to as string] : []);

function tooMany(maxSlots: number): BookingError {
  const message = `is less than there are slots in the window: narrow it by from and to, forDays, providerIds or facilityId, or raise maxSlots`;
  return new BookingError("invalid_input", {
    issues: [{ path: "maxSlots", code: "too_many", maximum: maxSlots, message }],
  });
}
