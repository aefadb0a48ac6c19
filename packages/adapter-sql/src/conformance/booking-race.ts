import assert from "node:assert/strict";
import { sampleInstant as at } from "@slotwright/conformance";
import { createEngine } from "@slotwright/core";
import type { StorageAdapter } from "@slotwright/core/adapter";
import { type BookingReport, slotsPerGiven } from "./booking-callers.ts";
import { inProcesses } from "./processes.ts";

/** The participants of a race: processes of a program that awaits `storageProcess`. */
export interface BookingRace {
  readonly program: URL;
  /** The options of their storages, all on the same tables as this one. */
  readonly options: object;
  readonly storage: StorageAdapter;
  readonly processes: number;
  /** The number of callers in each process. */
  readonly callers: number;
}

const count = 30;

/** Rejects unless callers in several processes share 30 slots, and no slot is reported or given twice. */
export async function bookingRace({ program, options, storage, processes, callers }: BookingRace): Promise<void> {
  const engine = createEngine({ storage });
  const { slots } = await engine.createSlots({
    actor: { kind: "provider", id: "p" },
    ...{ providerId: "p", facilityId: "f" },
    slots: Array.from({ length: count }, (_, index) => ({ start: at(index * 15), end: at(index * 15 + 15) })),
  });
  const slotIds = slots.map(({ id }) => id);
  const names = Array.from({ length: processes }, (_, number) => `process-${number}`);
  const orders = names.map((name) => ({ options, booking: { name, callers, slotIds } }));
  const reports = await inProcesses<BookingReport>(program, orders);

  const codes = new Set(reports.flatMap(({ outcomes }) => Object.keys(outcomes)));
  assert.deepEqual([...codes].sort(), ["ok", "slot_booked"]);
  const won = reports.flatMap((report) => report.won).sort();
  assert.equal(won.length, count - count / slotsPerGiven);
  const confirmed = await engine.listAppointments({ providerIds: ["p"], statuses: ["confirmed"], limit: 500 });
  assert.deepEqual(confirmed.items.map(({ id }) => id).sort(), won);
  const free = await engine.listSlots({ providerIds: ["p"], statuses: ["available"], limit: 500 });
  assert.equal(free.items.length, count / slotsPerGiven);
}
