import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Handover } from "./handovers.ts";
import type { RelayLine, RelaySetup } from "./relay-messages.ts";

/** A relay in a process of its own. */
export interface RelayProcess {
  /** What it has handed over so far, according to its log. */
  readonly handovers: () => readonly Handover[];
  /** Kills it wherever it is, if it is still there. Resolves when it is gone. */
  readonly kill: () => Promise<void>;
  /** The same, and removes its log. */
  readonly close: () => Promise<void>;
}

const script = fileURLToPath(new URL("relay-process-main.ts", import.meta.url));

/** Starts a relay in a process of its own. Resolves when it has the lease. */
export async function startRelayProcess(setup: Omit<RelaySetup, "log">): Promise<RelayProcess> {
  const folder = await mkdtemp(join(tmpdir(), "slotwright-proof-"));
  const log = join(folder, "handovers");
  const child = fork(script, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const exited = once(child, "exit");
  const early = exited.then(([code, signal]) => {
    throw new Error(`A process with a relay ended early, by ${signal ?? `exit status ${code}`}.`);
  });
  early.catch(() => {});
  const kill = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  const close = async () => {
    await kill();
    await rm(folder, { recursive: true });
  };
  try {
    await Promise.race([once(child, "message"), early]);
    const isReady = once(child, "message");
    child.send({ ...setup, log } satisfies RelaySetup);
    await Promise.race([isReady, early]);
  } catch (error) {
    await close();
    throw error;
  }
  return { handovers: () => handoversIn(log), kill, close };
}

/** A call without an answer was under way when the process died. */
function handoversIn(log: string): readonly Handover[] {
  const texts = existsSync(log) ? readFileSync(log, "utf8").split("\n") : [];
  // The kill may have cut off the last line.
  const lines = texts.slice(0, -1).map((text) => JSON.parse(text) as RelayLine);
  const handovers: Handover[] = [];
  for (const { event, ...one } of lines) {
    if (event === "given") handovers.push({ ...one, isDone: false });
    else answer(handovers, one);
  }
  return handovers;
}

function answer(handovers: readonly Handover[], { recordKind, recordId, version }: Omit<RelayLine, "event">): void {
  const given = handovers.findLast((one) => {
    return one.recordKind === recordKind && one.recordId === recordId && one.version === version;
  });
  if (given !== undefined) given.isDone = true;
}
