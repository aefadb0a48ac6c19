import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { type SqliteDatabase, sqliteAdapter } from "@slotwright/adapter-sqlite";
import { ask, createRecorder, emptyWorld, type Intent } from "@slotwright/conformance";
import { createEngine, isBookingError, type StorageAdapter } from "@slotwright/core";
import Database from "better-sqlite3";
import type { CallersPlace, LogLine, Strike } from "./callers.ts";
import { flawed } from "./flaws.ts";
import { statementsOf } from "./statements.ts";

// A process of callers on one file. A signal may hit it at a statement that was chosen beforehand.

/** The database, except that the process signals itself right before or after one of its statements. */
function struck(database: SqliteDatabase, strike: Strike, log: (line: LogLine) => void): SqliteDatabase {
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

async function work(place: CallersPlace): Promise<void> {
  const log = (line: LogLine) => appendFileSync(place.log, `${JSON.stringify(line)}\n`);
  const database = new Database(place.file, { timeout: 0 });
  const host = flawed(database, place.flaw);
  const storage = sqliteAdapter({ database: place.strike === undefined ? host : struck(host, place.strike, log) });
  const world = emptyWorld(place.world);
  world.slotIds.push(...place.slotIds);
  world.appointmentIds.push(...place.appointmentIds);
  const call = (intents: readonly Intent[], index: number) => callOne(place, storage, world, log, intents, index);
  await Promise.all(place.callers.map(call));
  log({ ended: true });
  database.close();
}

async function callOne(
  place: CallersPlace,
  storage: StorageAdapter<never>,
  world: ReturnType<typeof emptyWorld>,
  log: (line: LogLine) => void,
  intents: readonly Intent[],
  index: number,
): Promise<void> {
  const caller = `${place.name}${index}`;
  // Written before the command is sent, and at once, so that what a killed process intended is known.
  const recorder = createRecorder({ prefix: `${place.world}${caller}-`, onEvent: (event) => log({ event }) });
  const engine = recorder.by(caller, createEngine({ storage, retry: { budgetMs: place.budgetMs } }));
  for (const intent of intents) {
    await ask(intent, engine, world).catch((error: unknown) => {
      if (!isBookingError(error)) log({ raw: error instanceof Error ? String(error.stack) : String(error) });
    });
  }
}

process.send?.("ready");
const [place] = (await once(process, "message")) as [CallersPlace];
await work(place);
process.disconnect();
