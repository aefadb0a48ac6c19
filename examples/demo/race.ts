import { type ChildProcess, fork } from "node:child_process";
import { on } from "node:events";
import { fileURLToPath } from "node:url";
import type { DatabaseAddress } from "@slotwright/lab/engines";
import { type Caller, manners, type Wish } from "./caller.ts";
import type { FromWorker, Report, Tally, Task, ToWorker } from "./messages.ts";

const workerFile = fileURLToPath(new URL("./worker.ts", import.meta.url));

/** Longer than any race should take. The demo ends by itself, whatever happens. */
const deadlineMs = 40_000;

/** From the moment when the last process is ready to the start. */
const countdownMs = 100;

export interface RaceSetup {
  /** The processes open them in turn. */
  readonly databases: readonly DatabaseAddress[];
  readonly processes: number;
  readonly callers: number;
  readonly wishes: readonly Wish[];
  /** Ends the race early. */
  readonly signal: AbortSignal;
  readonly onTally: (tally: Tally) => void;
}

export interface RaceResult {
  readonly reports: readonly Report[];
  /** Epoch milliseconds. */
  readonly startedAt: number;
}

/** Starts the processes, lets all of them go at the same moment, and waits for their reports. */
export async function race(setup: RaceSetup): Promise<RaceResult> {
  const { databases, processes, callers, wishes, onTally } = setup;
  const signal = AbortSignal.any([setup.signal, AbortSignal.timeout(deadlineMs)]);
  const children = Array.from({ length: processes }, () => startProcess(signal));
  const startingLine = createStartingLine(processes);
  const tallies: Tally[] = [];
  const talks = children.map((child, index) => {
    const database = databases[index % databases.length] as DatabaseAddress;
    const task: Task = { type: "task", database, callers: callersOf(index + 1, callers), wishes };
    return talk(child, task, startingLine, (tally) => {
      tallies[index] = tally;
      onTally(sum(tallies));
    });
  });
  try {
    return { reports: await Promise.all(talks), startedAt: await startingLine.startsAt };
  } finally {
    for (const child of children) child.kill();
  }
}

function startProcess(signal: AbortSignal): ChildProcess {
  const child = fork(workerFile, { signal });
  // A message that cannot be sent is an error of its sender. After the report nobody sends, and an error would end the
  // demo.
  return child.on("error", () => {});
}

async function talk(
  child: ChildProcess,
  task: Task,
  startingLine: StartingLine,
  onTally: (tally: Tally) => void,
): Promise<Report> {
  const tell = (message: ToWorker) => child.send(message);
  // After `disconnect` no message can arrive; after `exit` one still can.
  const messages = on(child, "message", { close: ["disconnect"] }) as AsyncIterable<[FromWorker]>;
  tell(task);
  for await (const [message] of messages) {
    if (message.type === "ready") void startingLine.arrive().then((at) => tell({ type: "go", at }));
    else if (message.type === "tally") onTally(message);
    else return message;
  }
  throw new Error(`Process ${child.pid} ended without a report.`);
}

interface StartingLine {
  /** Resolves with the moment of the start, once all are ready. */
  readonly arrive: () => Promise<number>;
  readonly startsAt: Promise<number>;
}

function createStartingLine(count: number): StartingLine {
  const { promise, resolve } = Promise.withResolvers<number>();
  let arrived = 0;
  return {
    startsAt: promise,
    arrive() {
      arrived += 1;
      if (arrived === count) resolve(Date.now() + countdownMs);
      return promise;
    },
  };
}

function callersOf(process: number, count: number): readonly Caller[] {
  return Array.from({ length: count }, (_, index) => {
    const manner = manners[index % manners.length] ?? "by slot";
    return { id: `p${process}-c${String(index + 1).padStart(2, "0")}`, manner };
  });
}

function sum(tallies: readonly Tally[]): Tally {
  const total = (of: keyof Tally) => tallies.reduce((so, tally) => so + (tally?.[of] ?? 0), 0);
  return { answered: total("answered"), booked: total("booked") };
}
