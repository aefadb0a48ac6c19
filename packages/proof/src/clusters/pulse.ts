import { setTimeout as sleep } from "node:timers/promises";
import { createRecorder, type History, mergeHistories, sampleInstant } from "@slotwright/conformance";
import { createEngine, isBookingError, type StorageAdapter } from "@slotwright/core";
import { type Finding, finding } from "./findings.ts";

/** Bookings on each node, one after another, whatever happens to the node: they show for how long nothing is booked. */
export interface Pulse {
  readonly history: () => History;
  /** See {@link longestGapIn}. */
  readonly longestGapMs: (struck: bigint, whole: bigint) => number | undefined;
  /** Errors that an engine must never throw. */
  readonly findings: () => readonly Finding[];
  readonly end: () => Promise<void>;
}

const slotsAtOnce = 20;
const pauseMs = 60;

export function startPulse(storages: readonly StorageAdapter[], name: string): Pulse {
  const ending = new AbortController();
  const rawErrors: string[] = [];
  const noteRaw = (error: unknown) => {
    if (!isBookingError(error)) rawErrors.push(`Raw error: ${error instanceof Error ? error.stack : String(error)}`);
  };
  const recorders = storages.map((_, place) => createRecorder({ prefix: `${name}-pulse${place}-` }));
  const beat = async (storage: StorageAdapter, place: number) => {
    const who = `${name}-pulse${place}`;
    const engine = (recorders[place] as (typeof recorders)[number]).by(who, createEngine({ storage }));
    const actor = { kind: "patient", id: who };
    const slotIds: string[] = [];
    for (let batch = 0; !ending.signal.aborted; ) {
      try {
        if (slotIds.length === 0) {
          const at = { providerId: `${who}-${batch++}`, facilityId: "pulse" };
          const { slots } = await engine.createSlots({ actor, ...at, slots: halfHours() });
          slotIds.push(...slots.map(({ id }) => id));
        }
        await engine.book({ actor, slotId: slotIds.pop() as string, subjectId: who });
      } catch (error) {
        noteRaw(error);
      }
      await sleep(pauseMs);
    }
  };
  const beating = Promise.all(storages.map(beat));
  const history = () => mergeHistories(recorders.map((recorder) => recorder.history()));
  return {
    history,
    longestGapMs: (struck, whole) => longestGapIn(history(), Number(struck), Number(whole)),
    findings: () => finding("other", rawErrors.length, rawErrors.join("\n")),
    end: async () => {
      ending.abort();
      await beating;
    },
  };
}

function halfHours() {
  return Array.from({ length: slotsAtOnce }, (_, index) => ({
    start: sampleInstant(index * 30),
    end: sampleInstant(index * 30 + 30),
  }));
}

/**
 * The longest time in which no booking was answered on any node, in milliseconds: from an instant of `process.hrtime` at
 * which a fault began, to the first answer to a booking that was asked for when the cluster was whole again. Undefined
 * if there is no such answer.
 */
export function longestGapIn({ calls }: Pick<History, "calls">, struck: number, whole: number): number | undefined {
  const booked = calls.flatMap(({ name, called, returned, outcome }) =>
    name === "book" && returned !== null && outcome.status === "done" ? [{ called, returned }] : [],
  );
  const asked = booked.filter(({ called }) => called >= whole).map(({ returned }) => returned);
  if (asked.length === 0) return undefined;
  const end = Math.min(...asked);
  const within = booked.map(({ returned }) => returned).filter((time) => time > struck && time <= end);
  const times = [struck, ...within.sort((one, other) => one - other)];
  return Math.round(Math.max(...times.slice(1).map((time, index) => time - (times[index] as number))) / 1e6);
}
