import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { type SqliteDatabase, sqliteAdapter } from "@slotwright/adapter-sqlite";
import { ask, createRecorder, emptyWorld, type Intent, playClock } from "@slotwright/conformance";
import { createEngine, isBookingError, type StorageAdapter } from "@slotwright/core";
import Database from "better-sqlite3";
import type { CallersSetup, LogLine, SelfStrike } from "./callers.ts";
import { flawed } from "./flaws.ts";
import { statementsOf } from "./statements.ts";

// A process of callers on one file. A signal may hit it at a statement that was chosen beforehand.

/** The database, except that the process signals itself right before or after one of its statements. */
function struck(database: SqliteDatabase, strike: SelfStrike, log: (line: LogLine) => void): SqliteDatabase {
  let count = 0;
  const hit = (sql: string) => {
    log({ struckAt: sql });
    process.kill(process.pid, strike.signal);
  };
  return statementsOf(database, (sql, run) => {
    if (strike.matching !== undefined && !sql.startsWith(strike.matching)) return run();
    count += 1;
    const isNow = count === strike.statement;
    if (isNow && strike.when === "before") hit(sql);
    const result = run();
    if (isNow && strike.when === "after") hit(sql);
    return result;
  });
}

async function work(setup: CallersSetup): Promise<void> {
  const log = (line: LogLine) => appendFileSync(setup.log, `${JSON.stringify(line)}\n`);
  const database = new Database(setup.file, { timeout: 0 });
  const host = flawed(database, setup.flaw);
  const storage = sqliteAdapter({ database: setup.strike === undefined ? host : struck(host, setup.strike, log) });
  const world = emptyWorld(setup.world, [], setup.startedAt);
  world.slotIds.push(...setup.slotIds);
  world.appointmentIds.push(...setup.appointmentIds);
  const call = (intents: readonly Intent[], index: number) => callOne(setup, storage, world, log, intents, index);
  await Promise.all(setup.callers.map(call));
  log({ ended: true });
  database.close();
}

async function callOne(
  setup: CallersSetup,
  storage: StorageAdapter<never>,
  world: ReturnType<typeof emptyWorld>,
  log: (line: LogLine) => void,
  intents: readonly Intent[],
  index: number,
): Promise<void> {
  const caller = `${setup.name}${index}`;
  // Written before the command is sent, and at once, so that what a killed process intended is known.
  const clock = playClock(setup.startedAt);
  const recorder = createRecorder({ prefix: `${setup.world}${caller}-`, clock, onEvent: (event) => log({ event }) });
  const options = { clock, retry: { budgetMs: setup.budgetMs } };
  const engine = recorder.by(caller, createEngine({ storage, ...options }));
  for (const intent of intents) {
    await ask(intent, engine, world).catch((error: unknown) => {
      if (!isBookingError(error)) log({ raw: error instanceof Error ? String(error.stack) : String(error) });
    });
  }
}

process.send?.("ready");
const [setup] = (await once(process, "message")) as [CallersSetup];
await work(setup);
process.disconnect();
