import { type Appointment, owningStatuses } from "../model/appointment.ts";
import { keyOf, keyText, type RecordKey, type RecordLookup } from "../model/record.ts";
import { overlapping } from "../model/search.ts";
import { occupyingStatuses, type Slot } from "../model/slot.ts";
import { appointmentKey, slotKey } from "../rules/find.ts";
import { appointmentFaults, type SyncFault, slotFaults } from "../rules/sync.ts";
import type { Position } from "../storage/adapter.ts";
import type { EngineStorage } from "./engine-storage.ts";
import type { EngineSettings } from "./options.ts";

/** The most overlapping neighbours that are named. */
const neighbourLimit = 100;

/** How many appointments are read at a time in search of the one that counts on a slot. */
const pageSize = 500;

/** Loads the keys at one moment, and looks the records up by key. */
export async function loadMap(storage: EngineStorage, keys: readonly RecordKey[]): Promise<RecordLookup> {
  const records = keys.length === 0 ? [] : await storage.load(keys);
  const byKey = new Map(keys.map((key, index) => [keyText(key), records[index]]));
  return (key) => byKey.get(keyText(key));
}

/** Loads until everything that the records point to was loaded at the same moment as the records. */
async function loadClosure(
  storage: EngineStorage,
  start: RecordKey,
  needed: (lookup: RecordLookup) => Promise<readonly RecordKey[]>,
): Promise<RecordLookup> {
  const keys = new Map([[keyText(start), start]]);
  for (;;) {
    const lookup = await loadMap(storage, [...keys.values()]);
    const before = keys.size;
    for (const key of await needed(lookup)) keys.set(keyText(key), keyOf(key));
    if (keys.size === before) return lookup;
  }
}

const slotIn = (lookup: RecordLookup, id: string) => lookup(slotKey(id)) as Slot | undefined;
const appointmentIn = (lookup: RecordLookup, id: string | null | undefined) =>
  typeof id === "string" ? (lookup(appointmentKey(id)) as Appointment | undefined) : undefined;

export interface InspectedSlot {
  /** What is wrong with the slot itself, its link and its neighbours. */
  readonly ofSlot: readonly SyncFault[];
  /** What is wrong with the appointment that the slot names. */
  readonly ofAppointment: readonly SyncFault[];
  readonly claimantId: string | undefined;
}

/** What is wrong with a slot and the appointment it names, all seen at one moment; undefined if it does not exist. */
export async function inspectSlot(settings: EngineSettings, id: string): Promise<InspectedSlot | undefined> {
  const { storage } = settings;
  let claimantId: string | undefined;
  let neighbours: readonly Slot[] = [];
  const lookup = await loadClosure(storage, slotKey(id), async (loaded) => {
    const slot = slotIn(loaded, id);
    if (slot === undefined) return [];
    claimantId = await claimantOf(storage, slot);
    neighbours = await neighboursOf(settings, slot);
    const appointments = [slot.appointmentId, claimantId].filter((one) => typeof one === "string").map(appointmentKey);
    const owned = appointmentIn(loaded, slot.appointmentId)?.slotIds ?? [];
    return [...appointments, ...owned.map(slotKey), ...neighbours];
  });
  const slot = slotIn(lookup, id);
  if (slot === undefined) return undefined;
  const appointment = appointmentIn(lookup, slot.appointmentId);
  const beside = neighbours.flatMap((other) => slotIn(lookup, other.id) ?? []);
  const claimant = appointmentIn(lookup, claimantId);
  const ofSlot = slotFaults(slot, { appointment, claimant, neighbours: beside });
  const ofAppointment = appointment === undefined ? [] : appointmentFaults(appointment, (one) => slotIn(lookup, one));
  return { ofSlot, ofAppointment, claimantId };
}

/** What is wrong with an appointment and the slots it lists, all seen at one moment. */
export async function inspectAppointment({ storage }: EngineSettings, id: string): Promise<readonly SyncFault[]> {
  const lookup = await loadClosure(storage, appointmentKey(id), async (loaded) =>
    (appointmentIn(loaded, id)?.slotIds ?? []).map(slotKey),
  );
  const appointment = appointmentIn(lookup, id);
  return appointment === undefined ? [] : appointmentFaults(appointment, (one) => slotIn(lookup, one));
}

/** The appointment that counts on the slot, whatever the slot says: it is active, and lists the slot as its own. */
async function claimantOf(storage: EngineStorage, slot: Slot): Promise<string | undefined> {
  // An appointment lies within each of its slots, so it starts within this one.
  const search = { statuses: owningStatuses, startFrom: slot.start, startBefore: slot.end, limit: pageSize };
  let after: Position | undefined;
  for (;;) {
    const page = await storage.findAppointments({ ...search, ...(after && { after }) });
    const claimant = page.find(({ slotIds }) => slotIds.includes(slot.id));
    const last = page.at(-1);
    if (claimant !== undefined || last === undefined || page.length < pageSize) return claimant?.id;
    after = { start: last.start, id: last.id };
  }
}

function neighboursOf({ storage, clock }: EngineSettings, slot: Slot): Promise<readonly Slot[]> {
  const { scheduleId, providerId } = slot;
  const search = { ...overlapping(slot), scheduleId, providerIds: [providerId], statuses: occupyingStatuses };
  return storage.findSlots({ ...search, asOf: clock.now(), limit: neighbourLimit });
}
