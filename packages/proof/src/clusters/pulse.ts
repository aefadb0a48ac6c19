import { setTimeout as sleep } from "node:timers/promises";
import { createRecorder, type History, mergeHistories, sampleInstant } from "@slotwright/conformance";
import { createEngine, isBookingError, type StorageAdapter } from "@slotwright/core";
import { type Finding, finding } from "./findings.ts";

/** Bookings on each node, one after another, whatever happens to the node: they show for how long nothing is booked. */
export interface Pulse {
  readonly history: () => History;
  /** Milliseconds from an instant of `process.hrtime` to the next booking that was asked for and answered after it. */
  readonly nextBookingMs: (since: bigint) => number | undefined;
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
    nextBookingMs: (since) => nextBookingIn(history(), Number(since)),
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

function nextBookingIn({ calls }: History, since: number): number | undefined {
  const answered = calls.flatMap(({ name, called, returned, outcome }) => {
    const isNext = name === "book" && called >= since && returned !== null && outcome.status === "done";
    return isNext ? [returned] : [];
  });
  return answered.length === 0 ? undefined : Math.round((Math.min(...answered) - since) / 1e6);
}
