import { BookingError } from "../errors/index.ts";
import { idSchema } from "../model/values.ts";
import type { SyncFault } from "../rules/sync.ts";
import { inspectSlot } from "./inspect.ts";
import type { EngineSettings } from "./options.ts";
import { parse } from "./parse.ts";
import { retryReads, settingsUntil } from "./retry.ts";

/** Whether a slot and its appointment agree. */
export interface SyncReport {
  /** The slot that was checked. */
  readonly slotId: string;
  /** Whether slot and appointment say the same. */
  readonly inSync: boolean;
  /** What is wrong; empty if nothing is. */
  readonly faults: readonly SyncFault[];
}

/**
 * Whether the slot and its appointment agree, and if not, which records break which invariant. Reads only.
 * @throws BookingError `slot_not_found`
 */
export async function checkSync(settings: EngineSettings, slotId: unknown): Promise<SyncReport> {
  const id = parse(idSchema, slotId);
  const inspected = await retryReads(settings, (until) => inspectSlot(settingsUntil(settings, until), id));
  if (inspected === undefined) throw new BookingError("slot_not_found", { slotId: id });
  const faults = [...inspected.ofSlot, ...inspected.ofAppointment];
  return { slotId: id, inSync: faults.length === 0, faults };
}
