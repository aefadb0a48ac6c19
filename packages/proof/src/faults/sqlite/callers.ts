import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { callsOf, type HistoryEvent, type Intent } from "@slotwright/conformance";
import type { RoundReport } from "../../histories/messages.ts";
import { emptyTally } from "../../histories/tally.ts";
import type { Flaw } from "./flaws.ts";

/** A signal that a process sends to itself at one of its statements. */
export interface SelfStrike {
  readonly signal: "SIGKILL" | "SIGSTOP";
  readonly when: "before" | "after";
  /** Counted from 1, among the statements that begin with `matching`, if given. */
  readonly statement: number;
  readonly matching?: string;
}

/** What a process of callers does, and where. */
export interface CallersSetup {
  readonly file: string;
  /** A file for questions and answers, line by line. It outlives the process. */
  readonly log: string;
  /** Part of its calls' names. */
  readonly name: string;
  readonly world: string;
  /** When that began, by which all engines tell the time. */
  readonly startedAt: number;
  /** What exists already. */
  readonly slotIds: readonly string[];
  readonly appointmentIds: readonly string[];
  readonly callers: readonly (readonly Intent[])[];
  readonly budgetMs: number;
  readonly strike?: SelfStrike;
  readonly flaw?: Flaw | undefined;
}

export type LogLine =
  | { readonly event: HistoryEvent }
  | { readonly struckAt: string }
  | { readonly raw: string }
  | { readonly ended: true };

export interface CallersLog {
  readonly told: RoundReport;
  /** The statement at which the process signalled itself. */
  readonly struckAt: string | undefined;
  /** Whether all callers finished. */
  readonly hasEnded: boolean;
}

/** A process of callers that is ready to work. */
export interface Callers {
  /** Resolves when the process has ended, for any reason. */
  readonly work: (setup: CallersSetup) => Promise<CallersLog>;
  readonly signal: (name: NodeJS.Signals) => void;
}

const script = fileURLToPath(new URL("callers-process.ts", import.meta.url));

/** Starts a process of callers. `stop` ends it if it was not needed or does not end by itself. */
export async function startCallers(): Promise<Callers & { readonly stop: () => Promise<void> }> {
  const child = fork(script, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const ended = once(child, "exit");
  await Promise.race([once(child, "message"), ended.then(endedEarly)]);
  return {
    work: async (setup) => {
      child.send(setup);
      const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
      if (signal !== "SIGKILL" && code !== 0) endedEarly([code, signal]);
      return readLog(setup.log);
    },
    signal: (name) => void child.kill(name),
    stop: async () => {
      if (!hasEnded(child)) child.kill("SIGKILL");
      await ended;
    },
  };
}

function endedEarly([code, signal]: readonly unknown[]): never {
  throw new Error(`A process of callers ended early, by ${signal ?? `exit status ${code}`}.`);
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** What a process has written so far. */
export function readLog(log: string): CallersLog {
  const texts = existsSync(log) ? readFileSync(log, "utf8").split("\n") : [];
  // The kill may have cut off the last line. What it would have said is then unknown.
  const lines = texts.slice(0, -1).map((text) => JSON.parse(text) as LogLine);
  const events = lines.flatMap((line) => ("event" in line ? [line.event] : []));
  const calls = callsOf(events, new Date().toISOString());
  const rawErrors = lines.flatMap((line) => ("raw" in line ? [`Raw error: ${line.raw}`] : []));
  const struck = lines.find((line) => "struckAt" in line);
  return {
    told: {
      history: { overlapScope: "facility", idempotencyScope: "actor", initial: [], calls },
      tally: emptyTally(),
      rawErrors,
    },
    struckAt: struck?.struckAt,
    hasEnded: lines.some((line) => "ended" in line),
  };
}
