import type { EngineName } from "@slotwright/lab/engines";
import type { Arena } from "../arenas/arena.ts";
import type { Contender, WorkloadName } from "../contenders/contender.ts";
import { fullScale, quickScale } from "../contenders/workloads.ts";
import { type ContenderTurns, type Effort, operationsFor, whatIsWrong } from "../measuring/measure.ts";
import type { OpenArena } from "../measuring/run.ts";
import { type Scenario, scenariosOf } from "../measuring/scenario.ts";
import { median } from "../measuring/statistics.ts";

/** What is compared on an engine, and for how long. */
export interface PairTask extends Effort {
  readonly engine: EngineName;
  readonly workloads: readonly WorkloadName[];
  readonly callers: readonly number[];
  readonly isQuick: boolean;
}

/** One value for each of the two versions. */
export interface OfBoth<Item> {
  readonly old: Item;
  readonly new: Item;
}

/** One pair of runs: both versions in one process, on one server, each with a database of its own. */
export interface PairRow extends Scenario {
  /** How many times as fast the new version was: the median of the rounds. Both have a turn in each round. */
  readonly ratio: number;
  readonly perSecond: OfBoth<number>;
  /** Answers that were neither yes nor no, double bookings, and bookings that were counted but not found. */
  readonly errors: number;
}

const sides = ["old", "new"] as const;
type Side = (typeof sides)[number];

/** @throws Error if the engine is not available */
export async function measureInTurns(open: OfBoth<OpenArena>, task: PairTask): Promise<readonly PairRow[]> {
  const arenas: Partial<Record<Side, Arena>> = {};
  const rows: PairRow[] = [];
  try {
    for (const side of sides) {
      const arena = await open[side](task.engine);
      if (arena === undefined) throw new Error(`There is no server for ${task.engine}.`);
      arenas[side] = arena;
    }
    for (const scenario of scenariosOf({ ...task, engines: [task.engine], rttMs: [0] })) {
      rows.push(await inContests(arenas as OfBoth<Arena>, scenario, task));
    }
    return rows;
  } finally {
    for (const arena of Object.values(arenas)) await arena.close();
  }
}

async function inContests(arenas: OfBoth<Arena>, scenario: Scenario, task: PairTask): Promise<PairRow> {
  const scale = task.isQuick ? quickScale : fullScale;
  const conditions = { callers: scenario.callers, scale, names: ["slotwright"], reach: (url: string) => url } as const;
  const contests = { old: await arenas.old.open(conditions), new: await arenas.new.open(conditions) };
  const runner = (side: Side): ContenderTurns => ({
    contender: contests[side].contenders[0] as Contender,
    warm: [],
    turns: [],
  });
  try {
    return await inTurns({ old: runner("old"), new: runner("new") }, scenario, task);
  } finally {
    for (const side of sides) await contests[side].close();
  }
}

/** Turns that warm up: enough that hot code is compiled. */
const warming = 6;

/** Both have the same to do, so that their tables grow alike. */
async function inTurns(
  runners: OfBoth<ContenderTurns>,
  scenario: Scenario,
  { rounds, roundMs }: Effort,
): Promise<PairRow> {
  let operations = Math.max(16, scenario.callers);
  for (let round = 0; round < warming; round += 1) {
    for (const side of sides) {
      const { contender, warm } = runners[side];
      warm.push(await contender.turn({ ...scenario, operations }));
    }
    operations = operationsFor(runners.old.warm, scenario, roundMs);
  }
  for (let round = 0; round < rounds; round += 1) {
    // The second one finds the machine as the first one left it, so both come second equally often.
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      const { contender, turns } = runners[side];
      turns.push(await contender.turn({ ...scenario, operations }));
    }
  }
  return pairRow(runners, scenario);
}

async function pairRow(runners: OfBoth<ContenderTurns>, scenario: Scenario): Promise<PairRow> {
  const speeds = (side: Side) => runners[side].turns.map(({ done, elapsedMs }) => (done * 1000) / elapsedMs);
  const [olds, news] = [speeds("old"), speeds("new")];
  const ratio = median(news.map((speed, round) => speed / (olds[round] ?? Number.NaN)));
  const wrong = [await whatIsWrong(runners.old, scenario), await whatIsWrong(runners.new, scenario)];
  const errors = wrong.reduce((sum, { count }) => sum + count, 0);
  return { ...scenario, ratio, perSecond: { old: median(olds), new: median(news) }, errors };
}
