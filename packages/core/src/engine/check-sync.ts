import { BookingError } from "../errors/index.ts";
import type { Appointment } from "../model/appointment.ts";
import { keyText, type RecordKey } from "../model/record.ts";
import type { HideableField } from "../model/shown.ts";
import { type Slot, slotAsOf } from "../model/slot.ts";
import { idSchema } from "../model/values.ts";
import { slotKey } from "../rules/find.ts";
import type { SyncFault } from "../rules/sync.ts";
import { storageUntil } from "./engine-storage.ts";
import { inspectSlot, loadMap } from "./inspect.ts";
import type { EngineSettings } from "./options.ts";
import { parse } from "./parse.ts";
import { retryReads, settingsUntil } from "./retry.ts";
import { hiddenFrom, isOpen, shownTo } from "./visible.ts";

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
  const hidden = isOpen(settings) ? undefined : await hiddenOf(settings, id);
  const inspected = await retryReads(settings, (until) => inspectSlot(settingsUntil(settings, until), id));
  if (inspected === undefined) throw notFound(id);
  const all = [...inspected.ofSlot, ...inspected.ofAppointment];
  const faults = hidden === undefined ? all : await shownFaults(settings, id, hidden, all);
  return { slotId: id, inSync: faults.length === 0, faults };
}

const notFound = (slotId: string) => new BookingError("slot_not_found", { slotId });

/** Looks at the slot first: one of others takes no more reads than one that does not exist. */
async function hiddenOf(settings: EngineSettings, id: string): Promise<readonly HideableField[]> {
  const [slot] = await retryReads(settings, (until) => settings.storage.load([slotKey(id)], until));
  const now = settings.clock.now();
  const hidden = slot && (await hiddenFrom(settings, { action: "read", now, record: slotAsOf(slot as Slot, now) }));
  if (hidden === undefined) throw notFound(id);
  return hidden;
}

/** Faults without the records that the actor may not see. */
async function shownFaults(
  settings: EngineSettings,
  slotId: string,
  hidden: readonly HideableField[],
  faults: readonly SyncFault[],
): Promise<readonly SyncFault[]> {
  const isLink = ({ kind }: RecordKey) => kind === "appointment" && hidden.includes("appointmentId");
  const own = keyText(slotKey(slotId));
  const others = faults.flatMap(({ records }) => records).filter((key) => keyText(key) !== own && !isLink(key));
  const lookup = await retryReads(settings, (until) => loadMap(storageUntil(settings.storage, until), others));
  const visible = new Set([own]);
  const now = settings.clock.now();
  for (const key of others) {
    const record = lookup(key) as Slot | Appointment | undefined;
    if (record !== undefined && (await shownTo(settings, record, now)) !== undefined) visible.add(keyText(key));
  }
  return faults.map((fault) => ({ ...fault, records: fault.records.filter((key) => visible.has(keyText(key))) }));
}
