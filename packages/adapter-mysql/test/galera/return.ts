import { setTimeout as wait } from "node:timers/promises";
import type { StorageAdapter } from "@slotwright/core";
import { isStorageError } from "@slotwright/core/adapter";
import { expect } from "vitest";
import type { NodesStage } from "../nodes/stage.ts";

export interface Asking {
  /** Ends it, after each question was answered once more. */
  answers(): Promise<readonly string[]>;
}

/** Reads and migrates on the node, with an adapter that knows it and with new ones, and notes what comes back. */
export function askAllTheTime(stage: NodesStage, node: number): Asking {
  const answers = new Set<string>();
  let isOver = false;
  const ask = async (work: (storage: StorageAdapter) => Promise<unknown>, open: () => StorageAdapter) => {
    for (let isLast = false; !isLast; await wait(20)) {
      isLast = isOver;
      const storage = open();
      answers.add(await work(storage).then(() => "answered", failureOf));
      if (storage !== stage.storageOf(node)) await storage.close();
    }
  };
  const load = (storage: StorageAdapter) => storage.load([{ kind: "slot", id: "x" }]);
  const migrate = async (storage: StorageAdapter) => {
    const report = await storage.migrate().catch((error: unknown) => {
      // The node was killed in the midst of it.
      if (isStorageError(error) && error.failure === "unknown") return { applied: [] };
      throw error;
    });
    expect(report.applied).toEqual([]);
  };
  const openNew = () => stage.open(node);
  const asking = Promise.all([ask(load, () => stage.storageOf(node)), ask(load, openNew), ask(migrate, openNew)]);
  return {
    async answers() {
      isOver = true;
      await asking;
      return [...answers].sort();
    },
  };
}

export const answersOfNodeThatComesBack = ["answered", "transient", "unavailable"];

function failureOf(error: unknown): string {
  return isStorageError(error) ? error.failure : String(error);
}
