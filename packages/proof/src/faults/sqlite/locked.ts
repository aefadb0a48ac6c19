import { setTimeout as sleep } from "node:timers/promises";
import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import type { Intent } from "@slotwright/conformance";
import Database from "better-sqlite3";
import type { RoundReport } from "../../histories/messages.ts";
import { type FaultReport, merged } from "../fault.ts";
import { untilSo } from "../run.ts";
import { readLog, type SelfStrike, startCallers } from "./callers.ts";
import type { Amount } from "./fault.ts";
import { createFile, inFreshFolder, openAsHost, withoutFailures } from "./file.ts";
import type { Flaw } from "./flaws.ts";
import { type CallersOnFile, type FileFault, failsOnly, givesUpWithin, runFileFault, saysOnly } from "./run.ts";

const lastingMs = 1_000;
/** Less than the harm lasts, and more. */
const impatientMs = 200;
const patientMs = 10_000;

const rounds: Readonly<Record<Amount, number>> = { short: 1, long: 10 };

/** An impatient caller gets an error in time; a patient one gets none. */
function expectations(budgetMs: number): FileFault["expects"] {
  if (budgetMs > lastingMs) {
    return (history, seen) => [...withoutFailures(history), ...saysOnly(seen, "transient", /^SQLITE_BUSY/)];
  }
  return (history, seen) => [
    ...saysOnly(seen, "transient", /^SQLITE_BUSY/),
    ...failsOnly(history, "storage_busy"),
    ...givesUpWithin(history, budgetMs),
  ];
}

type Harm = (file: string, callers: CallersOnFile) => Promise<readonly RoundReport[]>;

interface Variant {
  readonly name: string;
  readonly budgetMs: number;
  readonly harm: Harm;
  /** As hosts do, or by the adapter itself, on the first call. */
  readonly opens?: "at-first" | "late";
}

async function runVariants(
  variants: readonly Variant[],
  seed: number,
  amount: Amount,
  flaw: Flaw | undefined,
): Promise<FaultReport> {
  const reports: FaultReport[] = [];
  for (let round = 0; round < rounds[amount]; round++) {
    for (const { name, budgetMs, harm, opens = "at-first" } of variants) {
      const report = await inFreshFolder(async (folder) => {
        const file = await createFile(folder);
        const open = () => (opens === "late" ? sqliteAdapter({ filename: file }) : openAsHost(file, flaw).storage);
        const storages = [open(), open()];
        const expects = expectations(budgetMs);
        return runFileFault(
          { name, file, storages, budgetMs, expects, harm: (work) => harm(file, work) },
          seed + round,
        );
      });
      reports.push({ ...report, notes: [] });
    }
  }
  return merged(reports);
}

const any = { slot: 0, appointment: 0, start: 12, length: 6, capacity: 1, key: null } as const;
const writing: readonly Intent[] = [
  { ...any, name: "createSlots" },
  { ...any, name: "bookSlot", slot: 1 },
  { ...any, name: "bookSlot", slot: 2 },
];

/** Stops a process in the middle of its second commit, and continues it later. */
function stopAt(matching: string, when: SelfStrike["when"]): Harm {
  return async (file, { world, begin, leaveAlone }) => {
    const callers = await startCallers();
    try {
      await leaveAlone();
      const { name, startedAt, slotIds, appointmentIds } = world;
      const log = `${file}.log`;
      const strike: SelfStrike = { signal: "SIGSTOP", when, statement: 2, matching };
      const setup = {
        file,
        log,
        name: "s",
        world: name,
        startedAt,
        slotIds,
        appointmentIds,
        budgetMs: patientMs,
        strike,
      };
      const told = callers.work({ ...setup, callers: [writing] });
      await untilSo(() => readLog(log).struckAt !== undefined, told);
      const working = begin();
      await sleep(lastingMs);
      callers.signal("SIGCONT");
      await working;
      return [(await told).told];
    } finally {
      await callers.stop();
    }
  };
}

const stops: readonly Variant[] = [patientMs, impatientMs].flatMap((budgetMs) => [
  { name: `stopped-at-begin-${budgetMs}`, budgetMs, harm: stopAt("begin immediate", "after") },
  { name: `stopped-at-commit-${budgetMs}`, budgetMs, harm: stopAt("commit", "before") },
]);

/** A process that has the write lock is stopped. */
export function stopWriter(seed: number, amount: Amount = "short", flaw?: Flaw): Promise<FaultReport> {
  return runVariants(stops, seed, amount, flaw);
}

/** Another program takes the write lock while the callers work, and keeps it. */
const lockMidway: Harm = async (file, { seen, begin }) => {
  const other = new Database(file);
  try {
    const working = begin();
    await untilSo(() => seen.commits >= 3, working);
    other.exec("begin exclusive");
    await sleep(lastingMs);
    other.exec("rollback");
  } finally {
    other.close();
  }
  return [];
};

/** Another program has the whole file to itself, excluding readers, before anybody has opened it. */
const lockOut: Harm = async (file, { begin, leaveAlone }) => {
  await leaveAlone();
  const other = new Database(file);
  try {
    other.pragma("locking_mode = EXCLUSIVE");
    other.exec("begin exclusive; commit");
    void begin();
    await sleep(lastingMs);
  } finally {
    other.close();
  }
  return [];
};

const locks: readonly Variant[] = [patientMs, impatientMs].flatMap((budgetMs) => [
  { name: `locked-midway-${budgetMs}`, budgetMs, harm: lockMidway },
  { name: `locked-out-${budgetMs}`, budgetMs, harm: lockOut, opens: "late" as const },
]);

/** Another program locks the file for longer than the impatient wait. */
export function lockFile(seed: number, amount: Amount = "short", flaw?: Flaw): Promise<FaultReport> {
  return runVariants(locks, seed, amount, flaw);
}
