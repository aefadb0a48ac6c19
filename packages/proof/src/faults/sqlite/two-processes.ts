import { setTimeout as sleep } from "node:timers/promises";
import { anyIntent, type History, type Intent, type Play, perform, type Scene } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import fc from "fast-check";
import { addTo, countHistory, emptyTally, type Tally } from "../../histories/tally.ts";
import type { Beside } from "../beside/run.ts";
import type { FaultReport } from "../fault.ts";
import { type Callers, type CallersLog, type CallersSetup, readLog, startCallers } from "./callers.ts";
import { inCompany } from "./company.ts";
import type { Amount } from "./fault.ts";
import { createFile, inFreshFolder, lossAsProblem, problemsInFile, withoutFailures } from "./file.ts";
import type { Flaw } from "./flaws.ts";

const rounds: Readonly<Record<Amount, number>> = { short: 3, long: 60 };

const callersOfEach = 2;

/**
 * Half of them certainly write: an appointment, with or without a slot. The death of a process that only reads shows
 * nothing.
 */
const anyCommand: fc.Arbitrary<Intent> = fc.oneof(
  anyIntent,
  anyIntent.map((intent) => ({ ...intent, name: "bookTime" as const, capacity: 1 })),
);

/** Two halves of callers, one for each process, and after how many commands one of these dies. */
const anyDeath: fc.Arbitrary<{ readonly play: Play; readonly commands: number }> = fc.record({
  play: fc.record({
    before: fc.constant([
      { name: "createSlots", slot: 0, appointment: 0, start: 0, length: 6, capacity: 2, key: null },
      { name: "createSlots", slot: 0, appointment: 0, start: 6, length: 6, capacity: 2, key: null },
      { name: "setAvailability", slot: 0, appointment: 0, start: 0, length: 6, capacity: 1, key: null },
    ] as const),
    callers: fc.array(fc.array(anyCommand, { minLength: 10, maxLength: 10 }), {
      minLength: 2 * callersOfEach,
      maxLength: 2 * callersOfEach,
    }),
    choices: fc.constant([]),
  }),
  commands: fc.integer({ min: 1, max: 12 }),
});

/** Lets two processes work on one file as fast as they can, and kills one of them wherever it is by then. */
export async function killOneOfTwo(seed: number, amount: Amount = "short", flaw?: Flaw): Promise<FaultReport> {
  const tally = emptyTally();
  const problems: string[] = [];
  for (const [round, { play, commands }] of fc.sample(anyDeath, { numRuns: rounds[amount], seed }).entries()) {
    const found = await inFreshFolder((folder) =>
      killOne({ folder, play, commands, tally, flaw, name: `-two${round}` }),
    );
    problems.push(...found.map((problem) => `Round ${round + 1}: ${problem}`));
  }
  if (tally.faults === 0) problems.push("No process was killed while it worked.");
  return { problems, tally, notes: [] };
}

interface Death {
  readonly folder: string;
  readonly name: string;
  readonly play: Play;
  /** How many commands of the process that dies were answered. */
  readonly commands: number;
  readonly tally: Tally;
  readonly flaw: Flaw | undefined;
}

async function killOne(death: Death): Promise<readonly string[]> {
  const file = await createFile(death.folder);
  const processes = await Promise.all([startCallers(), startCallers()]);
  try {
    return await inCompany(file, death.tally, ({ observer: storage }, atWork) =>
      lossAsProblem(() => problemsOfDeath({ ...death, file, storage, processes, atWork })),
    );
  } finally {
    await Promise.all(processes.map(({ stop }) => stop()));
  }
}

interface Working extends Death {
  readonly file: string;
  readonly storage: StorageAdapter;
  readonly processes: readonly [Callers, Callers];
  readonly atWork: Beside;
}

async function problemsOfDeath(working: Working): Promise<readonly string[]> {
  const { file, storage, play, name, tally, atWork } = working;
  const stage = { storages: [storage], observer: storage, name };
  const performed = await perform(play, stage, async ({ world }) => {
    const logs = await workTogether(working, world);
    const [{ told: dead, hasEnded }] = logs;
    if (!hasEnded && answeredIn(dead.history) < dead.history.calls.length) addTo(tally, { faults: 1 });
    return logs.map(({ told }) => told);
  });
  countHistory(tally, performed.history);
  return [...(await problemsInFile(file, performed, atWork, storage)), ...withoutFailures(performed.history)];
}

async function workTogether(
  { file, processes: [first, second], play, commands, flaw }: Working,
  world: Scene["world"],
): Promise<readonly [CallersLog, CallersLog]> {
  const { name: worldName, startedAt, slotIds, appointmentIds } = world;
  const setupOf = (name: string, callers: Play["callers"]): CallersSetup => {
    return {
      file,
      log: `${file}.${name}`,
      name,
      world: worldName,
      startedAt,
      slotIds,
      appointmentIds,
      callers,
      budgetMs: 10_000,
      flaw,
    };
  };
  const dying = setupOf("a", play.callers.slice(0, callersOfEach));
  const working = Promise.all([first.work(dying), second.work(setupOf("b", play.callers.slice(callersOfEach)))]);
  const killing = killAfter(first, dying.log, commands);
  const logs = await working;
  await killing;
  return logs;
}

async function killAfter(callers: Callers, log: string, commands: number): Promise<void> {
  for (;;) {
    const { told, hasEnded } = readLog(log);
    if (hasEnded) return;
    if (answeredIn(told.history) >= commands) return callers.signal("SIGKILL");
    await sleep(1);
  }
}

function answeredIn({ calls }: History): number {
  return calls.filter(({ outcome }) => outcome.status !== "unknown").length;
}
