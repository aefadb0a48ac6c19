import { setImmediate as nextTurn } from "node:timers/promises";
import type { Appointment } from "../../model/appointment.ts";
import { type Availability, availabilityIdOf } from "../../model/availability.ts";
import { keyText } from "../../model/record.ts";
import type { Schedule } from "../../model/schedule.ts";
import type { Slot } from "../../model/slot.ts";
import type { Position } from "../../storage/adapter.ts";
import { defined } from "../defined.ts";
import type { EngineSettings } from "../options.ts";
import { refuseAborted } from "../read-chunks.ts";
import { retryReads } from "../retry.ts";
import { createSlotTable, type SlotTable } from "./slot-table.ts";

/** Slots of one read. */
const pageSize = 2_000;

/** The most ids in one read. */
const idsPerRead = 100;

/** Which slots are read. */
export interface Wanted {
  readonly providerIds: ReadonlySet<string> | undefined;
  readonly facilityId: string | undefined;
}

/** Slots that start at `from` or later and before `to`, and end after `endAfter`, in epoch milliseconds. */
export interface ReadRange {
  readonly from: number;
  readonly to: number;
  readonly endAfter?: number;
}

/** Reads the slots of a range, page by page. */
export async function* slotsWithin(
  settings: EngineSettings,
  { providerIds, facilityId }: Wanted,
  { from, to, endAfter }: ReadRange,
  signal: AbortSignal,
): AsyncGenerator<readonly Slot[], undefined> {
  const times = { startFrom: new Date(from), startBefore: new Date(to) };
  const range = {
    ...times,
    ...defined({ facilityId, endAfter: endAfter === undefined ? undefined : new Date(endAfter) }),
  };
  for (const ids of providerIds === undefined ? [undefined] : chunksOf([...providerIds])) {
    let after: Position | undefined;
    do {
      refuseAborted(signal);
      const query = { ...range, ...defined({ providerIds: ids, after }), asOf: settings.clock.now(), limit: pageSize };
      const page = await retryReads(settings, (until) =>
        settings.findUnremembered({ ...query, displayOnly: true }, until),
      );
      yield page;
      const last = page.length < pageSize ? undefined : page.at(-1);
      after = last && { start: last.start, id: last.id };
      // A storage that answers at once would let nobody else have a turn.
      await nextTurn();
    } while (after !== undefined);
  }
}

/** Whether `slotsWithin` gives all of these slots in one order: each read of many providers has its own. */
export function areReadInOrder({ providerIds }: Wanted): boolean {
  return providerIds === undefined || providerIds.size <= idsPerRead;
}

function chunksOf(ids: readonly string[]): readonly (readonly string[])[] {
  const count = Math.ceil(ids.length / idsPerRead);
  return Array.from({ length: count }, (_, index) => ids.slice(index * idsPerRead, (index + 1) * idsPerRead));
}

/** The zones of these schedules, as far as the schedules exist. */
export async function zonesOf(
  settings: EngineSettings,
  scheduleIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const zones = new Map<string, string>();
  for (const ids of chunksOf(scheduleIds)) {
    const keys = ids.map((id) => ({ kind: "schedule", id }) as const);
    const loaded = await retryReads(settings, (until) => settings.storage.loadToShow(keys, until));
    for (const schedule of loaded as readonly (Schedule | undefined)[]) {
      if (schedule !== undefined) zones.set(schedule.id, schedule.timeZone);
    }
  }
  return zones;
}

/** The slots with these ids, as far as they exist. */
export async function slotsById(settings: EngineSettings, ids: readonly string[]): Promise<readonly Slot[]> {
  const found = new Map<string, Slot>();
  for (const chunk of chunksOf(ids)) {
    const keys = chunk.map((id) => ({ kind: "slot", id }) as const);
    const loaded = await retryReads(settings, (until) => settings.storage.loadToShow(keys, until));
    for (const slot of loaded as readonly (Slot | undefined)[]) if (slot !== undefined) found.set(keyText(slot), slot);
  }
  return [...found.values()];
}

/** The appointments with these ids, as far as they exist. */
export async function appointmentsById(
  settings: EngineSettings,
  ids: readonly string[],
): Promise<readonly Appointment[]> {
  const found: Appointment[] = [];
  for (const chunk of chunksOf(ids)) {
    const keys = chunk.map((id) => ({ kind: "appointment", id }) as const);
    const loaded = await retryReads(settings, (until) => settings.storage.loadToShow(keys, until));
    for (const one of loaded as readonly (Appointment | undefined)[]) if (one !== undefined) found.push(one);
  }
  return found;
}

/** Rows copied between two turns of the event loop. */
const rowsPerTurn = 5_000;

/**
 * The same slots, with those of a provider side by side: a search that jumps through memory takes several times as
 * long. Without the rows that are free.
 */
export async function compacted(table: SlotTable): Promise<SlotTable> {
  const copy = createSlotTable(table.keepsRecords);
  await copySlots(table, copy);
  copy.trim();
  return copy;
}

/** Adds the slots of one table to another one. */
export async function copySlots({ providers, read }: SlotTable, into: SlotTable): Promise<void> {
  let copied = 0;
  for (const { rows, first, end } of providers.values()) {
    for (const row of rows.subarray(first, end)) {
      into.add(read(row));
      copied += 1;
      if (copied % rowsPerTurn === 0) await nextTurn();
    }
  }
}

/** The hours of these providers at a facility, as far as there are any. */
export async function hoursOf(
  settings: EngineSettings,
  providerIds: readonly string[],
  facilityId: string,
): Promise<readonly Availability[]> {
  const found: Availability[] = [];
  for (const ids of chunksOf(providerIds)) {
    const keys = ids.map((id) => ({ kind: "availability", id: availabilityIdOf(id, facilityId) }) as const);
    const loaded = await retryReads(settings, (until) => settings.storage.loadToShow(keys, until));
    for (const one of loaded as readonly (Availability | undefined)[]) if (one !== undefined) found.push(one);
  }
  return found;
}
