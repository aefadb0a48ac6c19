import assert from "node:assert/strict";
import {
  type BookingError,
  type Clock,
  createEngine,
  type Engine,
  type EngineOptions,
  type ErrorCode,
  type ErrorDetails,
  isBookingError,
  type Slot,
  type StorageAdapter,
} from "@slotwright/core";
import { auditStore } from "./audit.ts";

export { memoryGaps, openMemoryStore } from "./memory-store.ts";

export const provider = { kind: "provider", id: "dr-grey" } as const;
export const patient = { kind: "patient", id: "p-1" } as const;
export const place = { providerId: "dr-grey", facilityId: "north" } as const;

/** 09:00 on the day of all cases. */
const nine = Date.UTC(2026, 2, 2, 9);
export const minutes = (count: number): Date => new Date(nine + count * 60_000);

/** A clock that stands still until a case moves it. Sleeping moves it too. */
export function manualClock(): Clock & { advance: (ms: number) => void } {
  let now = Date.UTC(2026, 2, 1);
  return {
    now: () => new Date(now),
    sleep: async (ms) => {
      now += ms;
    },
    advance: (ms) => {
      now += ms;
    },
  };
}

export function engineOn(storage: StorageAdapter, options: Partial<EngineOptions<unknown>> = {}): Engine {
  return createEngine({ storage, ...options });
}

/** Publishes `count` slots of half an hour, one after another from nine o'clock. */
export async function publish(engine: Engine, count = 1, capacity = 1): Promise<readonly Slot[]> {
  const slots = Array.from({ length: count }, (_, index) => {
    return { start: minutes(index * 30), end: minutes(index * 30 + 30), capacity };
  });
  return (await engine.createSlots({ actor: provider, ...place, slots })).slots;
}

export async function publishOne(engine: Engine): Promise<Slot> {
  const [slot] = await publish(engine);
  assert.ok(slot);
  return slot;
}

/** Requests an appointment when there is no slot, so that it waits for a provider to accept it. */
export async function askFor(engine: Engine, start: Date, end: Date, subjectId = "p-1") {
  const wanted = { ...place, subjectId, start, end, ifNoSlot: "schedule" } as const;
  const { appointment } = await engine.book({ actor: patient, ...wanted });
  assert.equal(appointment.status, "scheduled");
  return appointment;
}

/** The refusal with which the promise must reject. */
export async function refusal<C extends ErrorCode>(
  promise: Promise<unknown>,
  code: C,
): Promise<BookingError<C> & { readonly details: ErrorDetails[C] }> {
  const outcome = await promise.then(
    () => "it succeeded",
    (error: unknown) => error,
  );
  if (!isBookingError(outcome)) assert.fail(`expected ${code}, got ${String(outcome)}`);
  assert.equal(outcome.code, code, outcome.message);
  return outcome as BookingError<C>;
}

export async function assertSound(storage: StorageAdapter): Promise<void> {
  assert.deepEqual(await auditStore(storage), []);
}

/** How often each outcome occurred: `booked` for the winners, the code for the refused. */
export async function tally(promises: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const outcome of await Promise.allSettled(promises)) {
    const name = outcome.status === "fulfilled" ? "ok" : outcomeName(outcome.reason);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function outcomeName(reason: unknown): string {
  return isBookingError(reason) ? reason.code : `raw error: ${String(reason)}`;
}

/** One of the answers is that of the command as it took effect, and all others are its replays. */
export function assertOneAndReplays(answers: readonly object[]): void {
  const [first, ...more] = answers.filter((answer) => !("replayed" in answer));
  assert.ok(first !== undefined && more.length === 0, `${more.length + 1} of ${answers.length} are no replays`);
  for (const answer of answers) if (answer !== first) assert.deepEqual(answer, { ...first, replayed: true });
}
