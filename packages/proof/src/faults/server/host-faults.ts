import { setTimeout as sleep } from "node:timers/promises";
import { intercepted, sampleSchedule, transitionOf } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import { isStorageError } from "@slotwright/core/adapter";
import type { SqlConnection } from "@slotwright/lab/engines";
import { untilSo } from "../run.ts";
import type { CallersAtWork, CallersStorage, ServerFault, ServerScene } from "./fault.ts";

/** What the callers' storage has answered so far. */
interface Answers {
  refused: number;
  busy: number;
  /** Transitions that were decided, one way or another. */
  decided: number;
}

interface NotingStorage extends CallersStorage {
  readonly answers: Answers;
}

const start = 20;
/**
 * How long a row stays locked, in milliseconds, and how long a neighbour may take in the meantime on a loaded machine.
 */
const lasting = 1_500;
const mostWait = 5_000;

async function openNoting({ engine, address }: ServerScene): Promise<readonly NotingStorage[]> {
  return [1, 2].map(() => {
    const storage = engine.openStorage(address);
    const answers: Answers = { refused: 0, busy: 0, decided: 0 };
    return { storage: noting(storage, answers), answers, close: () => storage.close() };
  });
}

function noting(storage: StorageAdapter<never>, answers: Answers): StorageAdapter<never> {
  return intercepted(storage, (real) => ({
    commit: async (transitions, call) => {
      try {
        const outcomes = await real.commit(transitions, call);
        for (const { status } of outcomes) answers[status === "busy" ? "busy" : "decided"] += 1;
        return outcomes;
      } catch (error) {
        if (isStorageError(error, "refused")) answers.refused += 1;
        throw error;
      }
    },
  }));
}

function sumOf({ storages }: CallersAtWork, name: keyof Answers): number {
  return (storages as readonly NotingStorage[]).reduce((sum, { answers }) => sum + answers[name], 0);
}

/** A command unrelated to what is locked is done at once, among commands that are not. */
async function requireService({ storages: [first] }: CallersAtWork, seed: string): Promise<void> {
  const storage = first?.storage as StorageAdapter;
  const neighbour = transitionOf(`neighbour-${seed}`, { ...sampleSchedule, id: `neighbour-${seed}` });
  const late = sleep(mostWait, "late" as const, { ref: false });
  const answer = await Promise.race([storage.commit([neighbour]), late]);
  if (answer === "late" || answer[0]?.status !== "committed") {
    throw new Error(`A neighbour of what is locked was not served: ${JSON.stringify(answer)}`);
  }
}

async function administer(scene: ServerScene, statements: readonly string[]): Promise<void> {
  const connection = await scene.administrator();
  for (const sql of statements) await connection.query(sql);
  await connection.close();
}

async function lockSlots(connection: SqlConnection): Promise<void> {
  await connection.query("BEGIN");
  await connection.query("SELECT id FROM slotwright_slots ORDER BY id FOR UPDATE");
}

/** Faults that the host itself causes, legitimately. */
export const hostFaults: readonly ServerFault[] = [
  {
    key: "host.trigger-refuses",
    title: "a trigger that the host has added refuses the bookings of some subjects",
    open: openNoting,
    prepare: (scene) => administer(scene, scene.administration.refusingTrigger.add),
    harm: async (scene, work) => {
      await work.ended;
      await administer(scene, scene.administration.refusingTrigger.remove);
      if (sumOf(work, "decided") === 0) throw new Error("No neighbour of what the trigger refuses was served.");
      return sumOf(work, "refused");
    },
  },
  {
    key: "host.row-locked",
    title: "a transaction of the host locks the slots that callers want, and stays open for a while",
    open: openNoting,
    harm: async (scene, work) => {
      const connection = await scene.administrator();
      await sleep(start);
      await lockSlots(connection);
      await untilSo(() => sumOf(work, "busy") > 0, work.ended);
      const busy = sumOf(work, "busy");
      await requireService(work, scene.direct);
      await sleep(lasting);
      await connection.query("ROLLBACK");
      await connection.close();
      return busy;
    },
  },
];
