import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { serverEnvironment } from "../commands.ts";
import type { Installation, RunFolder } from "../engine.ts";
import { signalTree } from "./process-tree.ts";
import { type Watchdog, watchServer } from "./watchdog.ts";

/** How long a clean shutdown may take before it is forced. */
const patience = 30_000;

/** A server's process, from start to end. */
export interface SpawnedServer {
  readonly pid: number;
  hasEnded(): boolean;
  /** Signals the process and all its descendants. */
  signal(signal: NodeJS.Signals): Promise<void>;
  /** Waits for a clean end, and forces it after half a minute. */
  stop(): Promise<void>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** From now on, the watchdog no longer removes the folder when we end. */
  release(): void;
}

/** Starts the server with its output in the log, under a watchdog. It may not answer yet. */
export async function spawnServer(installation: Installation, run: RunFolder, port: number): Promise<SpawnedServer> {
  await installation.beforeStart?.(run, port);
  const log = await open(run.log, "a");
  try {
    const { program, arguments: words, environment } = installation.command(run, port);
    const child = spawn(program, words, {
      ...installation.account,
      cwd: run.path,
      env: serverEnvironment(environment),
      // In a group of its own: a Ctrl-C in the terminal is meant for us, and we shut the server down in order.
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
    });
    await once(child, "spawn");
    child.unref();
    const pid = child.pid as number;
    return supervise(child, pid, installation.stopSignal, watchServer(pid, installation.stopSignal, run));
  } finally {
    await log.close();
  }
}

function supervise(child: ChildProcess, pid: number, stopSignal: NodeJS.Signals, watchdog: Watchdog): SpawnedServer {
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve())).then(watchdog.serverEnded);
  const signal = async (name: NodeJS.Signals) => {
    if (!hasEnded()) await signalTree(pid, name);
  };
  return {
    pid,
    hasEnded,
    signal,
    stop: async () => {
      child.ref();
      // Only the parent gets the signal for a clean shutdown, and it ends its children. A paused one would not receive
      // it.
      child.kill(stopSignal);
      await signal("SIGCONT");
      const forced = setTimeout(() => void signal("SIGKILL"), patience);
      await ended;
      clearTimeout(forced);
    },
    kill: async () => {
      child.ref();
      await signal("SIGKILL");
      await ended;
    },
    release: watchdog.release,
  };
}
