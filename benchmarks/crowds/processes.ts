import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { DatabaseAddress } from "@slotwright/lab/engines";
import type { Crowd, CrowdReport } from "./messages.ts";

/** Processes of callers on one database. */
export interface Processes {
  /** All at once; resolves when the last caller was answered. */
  readonly play: (crowds: readonly Crowd[]) => Promise<readonly CrowdReport[]>;
  readonly stop: () => Promise<void>;
}

export async function startProcesses(count: number, database: DatabaseAddress): Promise<Processes> {
  const script = join(import.meta.dirname, "callers-process.ts");
  const children = Array.from({ length: count }, () =>
    fork(script, { stdio: ["ignore", "inherit", "inherit", "ipc"] }),
  );
  await Promise.all(children.map((child) => answer(child, database)));
  return {
    play: async (crowds) => {
      const told = await Promise.all(crowds.map((crowd, index) => answer(children[index] as ChildProcess, crowd)));
      return told as readonly CrowdReport[];
    },
    stop: async () => {
      for (const child of children) {
        const exit = once(child, "exit");
        child.disconnect();
        await exit;
      }
    },
  };
}

export async function answer(child: ChildProcess, message: object): Promise<unknown> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const told = once(child, "message", { signal }).then(([answered]) => answered as unknown);
  const ended = once(child, "exit", { signal }).then(([code]) => {
    throw new Error(`A process of callers ended early, with exit status ${code}.`);
  });
  told.catch(() => {});
  ended.catch(() => {});
  child.send(message);
  try {
    return await Promise.race([told, ended]);
  } finally {
    waiting.abort();
  }
}
