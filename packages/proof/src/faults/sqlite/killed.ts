import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import {
  anyIntent,
  type History,
  type Intent,
  type Performance,
  type Play,
  perform,
  type Scene,
  settleUnknown,
} from "@slotwright/conformance";
import { audit } from "@slotwright/lab/audit";
import { sqlite } from "@slotwright/lab/engines/sqlite";
import fc from "fast-check";
import { addTo, countHistory, emptyTally, type Tally } from "../../histories/tally.ts";
import type { Beside } from "../beside/run.ts";
import type { FaultReport } from "../fault.ts";
import { toldIn } from "../told.ts";
import { type Callers, type CallersLog, type SelfStrike, startCallers } from "./callers.ts";
import { type Company, inCompany } from "./company.ts";
import type { Amount } from "./fault.ts";
import { createFile, inFreshFolder, lossAsProblem, problemsInFile, reopenedStorage, withoutFailures } from "./file.ts";
import type { Flaw } from "./flaws.ts";

const any = { slot: 0, appointment: 0, start: 0, length: 6, capacity: 1, key: null } as const;

/**
 * Each command at least once. Nearly all of them succeed, because a refused one writes nothing that could be halved.
 */
const everyCommand: readonly Intent[] = [
  { ...any, name: "createSlots", capacity: 2 },
  { ...any, name: "createSlots", start: 6 },
  { ...any, name: "bookSlot" },
  { ...any, name: "reschedule", slot: 2 },
  { ...any, name: "checkIn" },
  { ...any, name: "complete" },
  { ...any, name: "bookTime", start: 12 },
  { ...any, name: "createSlots", start: 12 },
  { ...any, name: "accept", appointment: 1, slot: 3 },
  { ...any, name: "markNoShow", appointment: 1 },
  { ...any, name: "hold", length: 8 },
  { ...any, name: "bookSlot" },
  { ...any, name: "cancel", appointment: 2 },
  { ...any, name: "hold", slot: 1, length: 8 },
  { ...any, name: "release", slot: 1 },
  { ...any, name: "block", slot: 1 },
  { ...any, name: "unblock", slot: 1 },
  // Two stretches each, with a commit of its own.
  { ...any, name: "setAvailability", start: 17 },
  { ...any, name: "publishSlots", length: 2 },
  { ...any, name: "importBusy", slot: 1, length: 3 },
];

/** How the process dies, and whether another one is running when it does. */
interface KillRound {
  readonly when: SelfStrike["when"];
  readonly isAlone: boolean;
  readonly commands: readonly Intent[];
  /** Only each statement this far after the last, not every one. */
  readonly stride: number;
}

const rounds: Readonly<Record<Amount, readonly KillRound[]>> = {
  short: [
    { when: "after", isAlone: true, commands: everyCommand.slice(1, 3), stride: 2 },
    { when: "before", isAlone: false, commands: everyCommand.slice(1, 3), stride: 10 },
  ],
  long: (["before", "after"] as const).flatMap((when) =>
    [true, false].map((isAlone) => ({ when, isAlone, commands: everyCommand, stride: 1 })),
  ),
};

/** Where a process is killed, on a copy of its own of an empty file. */
interface KillStep extends KillRound {
  readonly statement: number;
  readonly empty: string;
  readonly folder: string;
  readonly seed: number;
  readonly tally: Tally;
  readonly flaw: Flaw | undefined;
}

/** Kills a process at the first statement it runs, another at the second, and so on until one finishes. */
export async function killAtEachStep(seed: number, amount: Amount = "short", flaw?: Flaw): Promise<FaultReport> {
  const tally = emptyTally();
  const problems: string[] = [];
  await inFreshFolder(async (folder) => {
    const empty = await createFile(folder);
    for (const round of rounds[amount]) {
      if (problems.length >= enoughProblems(flaw)) break;
      problems.push(...(await killRound({ ...round, statement: 0, empty, folder, seed, tally, flaw })));
    }
  });
  if (tally.faults === 0) problems.push("No process was killed.");
  return { problems, tally, notes: [] };
}

/** Enough processes at a time to use the time that others take to start. */
const lanes = 2;

/**
 * Enough to see what is wrong; a broken adapter has some with each statement. One that is broken on purpose need only be
 * caught.
 */
const enoughProblems = (flaw: Flaw | undefined): number => (flaw === undefined ? 20 : 1);

async function killRound(round: KillStep): Promise<readonly string[]> {
  const problems: string[] = [];
  // Different statements with each seed: as many seeds as the stride meet every statement.
  let next = 1 + (round.seed % round.stride);
  let hasRunThrough = false;
  const lane = async () => {
    while (!hasRunThrough && problems.length < enoughProblems(round.flaw)) {
      const statement = next;
      next += round.stride;
      const step = { ...round, statement };
      const { found, log } = await killAt(step);
      problems.push(...found.map((problem) => `Killed ${momentOf(step, log)}: ${problem}`));
      if (log.struckAt === undefined) hasRunThrough = true;
      else addTo(round.tally, { faults: 1 });
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return problems;
}

function momentOf({ when, statement, isAlone }: KillStep, { struckAt = "none" }: CallersLog): string {
  const company = isAlone ? "" : " while others worked";
  return `${when} statement ${statement} (${struckAt.slice(0, 60)})${company}`;
}

interface Killed {
  readonly found: readonly string[];
  readonly log: CallersLog;
}

async function killAt(step: KillStep): Promise<Killed> {
  const name = `-${step.when}-${step.isAlone ? "alone" : "together"}-${step.statement}`;
  const file = join(step.folder, `killed${name}.sqlite`);
  await copyFile(step.empty, file);
  const callers = await startCallers();
  try {
    return await inCompany(file, step.tally, (company, atWork) =>
      killOn({ ...step, name, file, callers, company, atWork }),
    );
  } finally {
    await callers.stop();
    for (const end of ["", "-wal", "-shm", ".log"]) await rm(`${file}${end}`, { force: true });
  }
}

interface KillStepOnFile extends KillStep {
  readonly name: string;
  readonly file: string;
  readonly callers: Callers;
  readonly company: Company;
  readonly atWork: Beside;
}

async function killOn(step: KillStepOnFile): Promise<Killed> {
  const { file, name, isAlone, company, atWork } = step;
  const { observer: storage } = company;
  let log: CallersLog | undefined;
  let left: Left | undefined;
  const play = playOf(step);
  const found = await lossAsProblem(async () => {
    const performed = await perform(play, { storages: [storage], observer: storage, name }, async (scene) => {
      const bystanders = scene.participants.slice(1).map((act) => act());
      log = await workAndDie(step, scene, play);
      await Promise.all(bystanders);
      if (isAlone) left = await leftBehind(file, log);
      company.comeBack();
      return [log.told];
    });
    countHistory(step.tally, performed.history);
    const lasting = [
      ...(await problemsInFile(file, performed, atWork, storage)),
      ...withoutFailures(performed.history),
    ];
    return [...lasting, ...otherAnswers(performed, left)];
  });
  return { found: [...(left?.problems ?? []), ...found], log: log as CallersLog };
}

async function workAndDie(
  { file, name, when, statement, isAlone, flaw, callers, company }: KillStepOnFile,
  { world: { startedAt, slotIds, appointmentIds } }: Scene,
  { callers: [intents = []] }: Play,
): Promise<CallersLog> {
  // If it was alone, the next process to open the file finds the log of a dead process that nobody else knows about.
  if (isAlone) await company.leave();
  const strike: SelfStrike = { signal: "SIGKILL", when, statement };
  const setup = { file, log: `${file}.log`, name: "k", world: name, startedAt, budgetMs: 10_000, strike, flaw };
  return callers.work({ ...setup, slotIds, appointmentIds, callers: [intents] });
}

/** What others do in the meantime: some commands, on slots that existed before. */
function playOf({ commands, isAlone, seed, statement }: KillStep): Play {
  if (isAlone) return { before: [], callers: [commands], choices: [] };
  const bystander = fc.sample(fc.array(anyIntent, { minLength: 12, maxLength: 12 }), {
    numRuns: 1,
    seed: seed + statement,
  });
  return { before: everyCommand.slice(0, 2), callers: [commands, ...bystander], choices: [] };
}

/** What the dead process left, before anybody else has asked for anything. */
interface Left {
  readonly problems: readonly string[];
  /** The answer to each command that was in progress and is stored. */
  readonly stored: ReadonlyMap<string, object>;
}

async function leftBehind(file: string, { told: { history } }: CallersLog): Promise<Left> {
  const connection = await sqlite.connect(file);
  const { storage, close } = reopenedStorage(file);
  try {
    const settled = await settleUnknown(history, storage);
    const { file: damage = [], findings } = await audit(connection, sqlite.dialect, toldIn(settled));
    const unanswered = new Set(unansweredIn(history));
    const stored = settled.calls.flatMap(({ input, outcome }): [string, object][] => {
      const key = String(input.idempotencyKey);
      return unanswered.has(key) && outcome.status === "done" ? [[key, outcome.result as object]] : [];
    });
    return {
      problems: [...damage, ...findings].map((one) => `right after the kill: ${JSON.stringify(one)}`),
      stored: new Map(stored),
    };
  } finally {
    await close();
    await connection.close();
  }
}

function unansweredIn({ calls }: History): readonly string[] {
  const unanswered = calls.filter(({ outcome }) => outcome.status === "unknown");
  return unanswered.map(({ input }) => String(input.idempotencyKey));
}

/** Repeats that did not get what was stored when the process died. */
function otherAnswers({ history }: Performance, left: Left | undefined): readonly string[] {
  return [...(left?.stored ?? [])].flatMap(([key, result]) => {
    const repeat = history.calls.find(({ caller, input }) => caller === "repeated" && input.idempotencyKey === key);
    const outcome = repeat?.outcome;
    const isSame = outcome?.status === "done" && isDeepStrictEqual(outcome.result, { ...result, replayed: true });
    if (isSame) return [];
    return [`${key} took effect, and its repeat got ${JSON.stringify(outcome)}, not ${JSON.stringify(result)}.`];
  });
}
