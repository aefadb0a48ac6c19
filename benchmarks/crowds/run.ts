import { type DatabaseEngine, type EngineName, loadEngine } from "@slotwright/lab/engines";
import { slotwright } from "../contenders/slotwright.ts";
import { fullScale, workloadsOn } from "../contenders/workloads.ts";
import type { Circumstances } from "../measuring/circumstances.ts";
import type { CrowdsOptions } from "./options.ts";
import { type Replayed, replay } from "./replay.ts";
import { type Rushed, rush } from "./rush.ts";

export interface CrowdsOn {
  readonly engine: EngineName;
  readonly origin: string;
  readonly thousand: readonly Rushed[];
  readonly few: Rushed;
  /** Answers per second of `hot-slot`, with 256 callers. */
  readonly hotSlotPerSecond: number;
  readonly replayed: Replayed;
}

export interface CrowdsResult extends Circumstances {
  readonly seed: number;
  readonly engines: readonly CrowdsOn[];
}

interface Sizes {
  readonly processes: readonly number[];
  readonly seats: number;
  readonly few: { readonly seats: number; readonly callers: number };
  readonly rounds: number;
  readonly calendar: { readonly calls: number; readonly facilities: number; readonly days: number };
}

const full: Sizes = {
  processes: [1, 2, 4],
  seats: 1_000,
  few: { seats: 100, callers: 5_000 },
  rounds: 5,
  calendar: { calls: 110_527, facilities: 80, days: 27 },
};

const quick: Sizes = {
  processes: [1, 2],
  seats: 60,
  few: { seats: 10, callers: 200 },
  rounds: 1,
  calendar: { calls: 1_500, facilities: 4, days: 3 },
};

const replayCallers = 64;

export async function crowdsOn(
  name: EngineName,
  { isQuick, seed }: CrowdsOptions,
  onStep: (step: string) => void,
  signal: AbortSignal,
): Promise<CrowdsOn> {
  const { processes: counts, seats, few, rounds, calendar } = isQuick ? quick : full;
  const engine = await loadEngine(name);
  const database = await engine.createDatabase(signal);
  const { address, origin } = database;
  try {
    await migrated(engine, address);
    const stage = { name, engine, address };
    const thousand: Rushed[] = [];
    for (const processes of counts) {
      onStep(`${seats} seats, ${processes} ${processes === 1 ? "process" : "processes"}`);
      const callers = Math.round(seats * 1.05);
      thousand.push(await rush(stage, { seats, callers, processes, rounds }, signal));
    }
    onStep(`${few.callers} callers for ${few.seats} seats`);
    const fewResult = await rush(stage, { ...few, processes: 1, rounds }, signal);
    const hotSlotPerSecond = await hotSlotRate(engine, address, few.callers);
    onStep(`${calendar.calls} calls`);
    const storage = engine.openStorage(address);
    const replayed = await replay(storage, { seed, ...calendar, callers: replayCallers }, signal);
    await storage.close();
    return { engine: name, origin, thousand, few: fewResult, hotSlotPerSecond, replayed };
  } finally {
    await database.end({ keep: false });
  }
}

async function migrated(engine: DatabaseEngine, address: string): Promise<void> {
  const storage = engine.openStorage(address);
  await storage.migrate();
  await storage.close();
}

/** As `bench` measures it, on the same database. The first turn warms up. */
async function hotSlotRate(engine: DatabaseEngine, address: string, operations: number): Promise<number> {
  const storage = engine.openStorage(address);
  const { turn } = workloadsOn(slotwright(storage), fullScale);
  const load = { workload: "hot-slot", callers: 256, operations } as const;
  await turn(load);
  const { done, elapsedMs } = await turn(load);
  await storage.close();
  return Math.round((done * 1000) / elapsedMs);
}
