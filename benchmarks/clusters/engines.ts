import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { DatabaseAddress } from "@slotwright/lab/engines";
import { answer } from "../crowds/processes.ts";
import type { Turn, TurnReport } from "./messages.ts";

/** Processes with an engine each. */
export interface Engines {
  /** All at once; resolves when the last one is done. */
  readonly take: (turns: readonly Turn[]) => Promise<readonly TurnReport[]>;
  readonly stop: () => Promise<void>;
}

export async function startEngines(databases: readonly DatabaseAddress[]): Promise<Engines> {
  const script = join(import.meta.dirname, "engine-process.ts");
  const children = databases.map(() => fork(script, { stdio: ["ignore", "inherit", "inherit", "ipc"] }));
  const stop = async () => {
    await Promise.all(
      children.map(async (child) => {
        if (child.exitCode !== null) return;
        const exit = once(child, "exit");
        child.disconnect();
        await exit;
      }),
    );
  };
  try {
    await Promise.all(children.map((child, index) => answer(child, databases[index] as DatabaseAddress)));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    take: async (turns) =>
      (await Promise.all(children.map((child, index) => answer(child, turns[index] as Turn)))) as readonly TurnReport[],
    stop,
  };
}
