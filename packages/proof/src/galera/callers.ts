import { setTimeout as pause } from "node:timers/promises";
import { sampleInstant } from "@slotwright/conformance";
import { createEngine, type Engine, isBookingError, type StorageAdapter } from "@slotwright/core";

/** What the callers of all nodes share: they meet on the same slots, and know each other's appointments. */
export interface Diary {
  readonly slotIds: string[];
  readonly appointmentIds: string[];
  /** How many half hours of each provider are published. */
  readonly published: number[];
  /** The appointments that callers were told of. */
  readonly acknowledged: Set<string>;
  /** How often callers were told what. */
  readonly answers: Map<string, number>;
}

const providers = 8;
const slotsAtOnce = 10;
/** Older slots are left alone, so that enough of those that are known are free. */
const knownAtMost = 400;

export function emptyDiary(): Diary {
  const published = Array.from({ length: providers }, () => 0);
  return { slotIds: [], appointmentIds: [], published, acknowledged: new Set(), answers: new Map() };
}

/** Calls the engine of one node until the signal comes. @throws what is not an answer */
export async function call(storage: StorageAdapter<never>, name: string, diary: Diary, signal: AbortSignal) {
  const engine = createEngine({ storage });
  while (!signal.aborted) {
    const code = await command(engine, name, diary).catch(codeOf);
    diary.answers.set(code, (diary.answers.get(code) ?? 0) + 1);
    // The node may be away.
    if (code.startsWith("storage_")) await pause(20);
  }
}

async function command(engine: Engine<never>, name: string, diary: Diary): Promise<string> {
  const dice = Math.random();
  if (dice < 0.15 || diary.slotIds.length === 0) await publish(engine, diary);
  else if (dice < 0.75) await book(engine, name, diary);
  else await cancel(engine, name, diary);
  return "done";
}

async function publish(engine: Engine<never>, { slotIds, published }: Diary): Promise<void> {
  const provider = Math.floor(Math.random() * providers);
  const first = published[provider] ?? 0;
  published[provider] = first + slotsAtOnce;
  const slots = Array.from({ length: slotsAtOnce }, (_, index) => {
    const minutes = (first + index) * 30;
    return { start: sampleInstant(minutes), end: sampleInstant(minutes + 30) };
  });
  const place = { providerId: `provider ${provider}`, facilityId: "f" };
  const created = await engine.createSlots({ actor: { kind: "provider", id: place.providerId }, ...place, slots });
  slotIds.push(...created.slots.map(({ id }) => id));
  slotIds.splice(0, slotIds.length - knownAtMost);
}

async function book(engine: Engine<never>, name: string, diary: Diary): Promise<void> {
  const slotId = oneOf(diary.slotIds);
  const { appointment } = await engine.book({ actor: { kind: "patient", id: name }, slotId, subjectId: name });
  diary.acknowledged.add(appointment.id);
  diary.appointmentIds.push(appointment.id);
  diary.appointmentIds.splice(0, diary.appointmentIds.length - knownAtMost);
}

async function cancel(engine: Engine<never>, name: string, { appointmentIds }: Diary): Promise<void> {
  if (appointmentIds.length === 0) return;
  await engine.cancel({ actor: { kind: "patient", id: name }, appointmentId: oneOf(appointmentIds) });
}

const oneOf = (ids: readonly string[]): string => ids[Math.floor(Math.random() * ids.length)] ?? "";

/** With what the server or the network said, if that is the reason. An error that is not the engine's ends the trial. */
function codeOf(error: unknown): string {
  if (!isBookingError(error)) throw error;
  const { cause } = (error.cause ?? {}) as { readonly cause?: { readonly code?: string } };
  return cause?.code === undefined ? error.code : `${error.code} (${cause.code})`;
}
