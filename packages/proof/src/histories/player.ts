import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { callsOf, type HistoryCall, type HistoryEvent } from "@slotwright/conformance";
import type { PlayerSetup, Round, RoundReport } from "./messages.ts";
import { emptyTally } from "./tally.ts";

/** A process of its own with callers that play. */
export interface Player {
  /** What was asked and answered. If the process was killed, this comes from the log, if there is one. */
  readonly play: (round: Round) => Promise<RoundReport>;
  readonly signal: (name: NodeJS.Signals) => void;
  /** How many of its calls have no answer yet, according to the log. */
  readonly unanswered: () => number;
  readonly stop: () => Promise<void>;
}

const script = fileURLToPath(new URL("player-process.ts", import.meta.url));

export async function startPlayer(setup: PlayerSetup): Promise<Player> {
  const child = fork(script, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  await answer(child, setup);
  return {
    play: async (round) => {
      const told = await answer(child, round);
      return told === undefined ? toldByLog(setup) : (told as RoundReport);
    },
    signal: (name) => void child.kill(name),
    unanswered: () => unansweredIn(callsInLog(setup)),
    stop: async () => {
      if (hasEnded(child)) return;
      const exit = once(child, "exit");
      child.disconnect();
      await exit;
    },
  };
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Undefined if the process was killed before it answered. */
async function answer(child: ChildProcess, message: PlayerSetup | Round): Promise<unknown> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const ended = once(child, "exit", { signal }).then(([code, killed]) => {
    if (killed !== "SIGKILL")
      throw new Error(`A process that plays ended early, by ${killed ?? `exit status ${code}`}.`);
  });
  const told = once(child, "message", { signal }).then(([answered]) => answered as unknown);
  child.send(message);
  try {
    return await Promise.race([told, ended]);
  } finally {
    ended.catch(() => {});
    told.catch(() => {});
    waiting.abort();
  }
}

function toldByLog(setup: PlayerSetup): RoundReport {
  const calls = callsInLog(setup);
  const tally = { ...emptyTally(), unknown: unansweredIn(calls) };
  return { history: { overlapScope: "facility", idempotencyScope: "actor", initial: [], calls }, tally, rawErrors: [] };
}

function unansweredIn(calls: readonly HistoryCall[]): number {
  return calls.filter(({ outcome }) => outcome.status === "unknown").length;
}

function callsInLog({ log = "" }: PlayerSetup): readonly HistoryCall[] {
  const lines = existsSync(log) ? readFileSync(log, "utf8").split("\n") : [];
  // The kill may have cut off the last line. What it would have said is then unknown.
  const events = lines.slice(0, -1).map((line) => JSON.parse(line) as HistoryEvent);
  return callsOf(events, new Date().toISOString());
}
