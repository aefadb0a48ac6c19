import type { EngineName } from "@slotwright/lab/engines";
import type { Arena } from "../arenas/arena.ts";
import type { Contender, WorkloadName } from "../contenders/contender.ts";
import { fullScale, quickScale } from "../contenders/workloads.ts";
import { type ContenderTurns, type Effort, operationsFor, whatIsWrong } from "../measuring/measure.ts";
import type { OpenArena } from "../measuring/run.ts";
import { connectionsFor, type Scenario, scenariosOf } from "../measuring/scenario.ts";
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

/** What a pair of runs found out. */
export interface PairResult {
  readonly rows: readonly PairRow[];
  /** What the old version cannot do, and why. */
  readonly leftOut: readonly LeftOut[];
}

export interface LeftOut extends Scenario {
  readonly reason: string;
}

/** @throws Error if the engine is not available, or the new version fails */
export async function measureInTurns(open: OfBoth<OpenArena>, task: PairTask): Promise<PairResult> {
  const arenas: Partial<Record<Side, Arena>> = {};
  const rows: PairRow[] = [];
  const leftOut: LeftOut[] = [];
  try {
    for (const side of sides) {
      const arena = await open[side](task.engine);
      if (arena === undefined) throw new Error(`There is no server for ${task.engine}.`);
      arenas[side] = arena;
    }
    for (const scenario of scenariosOf({ ...task, engines: [task.engine], rttMs: [0] })) {
      try {
        rows.push(await inContests(arenas as OfBoth<Arena>, scenario, task));
      } catch (error) {
        if (!(error instanceof OldVersionError)) throw error;
        leftOut.push({ ...scenario, reason: error.message });
      }
    }
    return { rows, leftOut };
  } finally {
    for (const arena of Object.values(arenas)) await arena.close();
  }
}

/** The old version cannot do what is to be compared. */
class OldVersionError extends Error {}

/** @throws OldVersionError */
async function inContests(arenas: OfBoth<Arena>, scenario: Scenario, task: PairTask): Promise<PairRow> {
  const scale = task.isQuick ? quickScale : fullScale;
  const callers = connectionsFor(scenario);
  const conditions = { callers, scale, names: ["slotwright"], reach: (url: string) => url } as const;
  const contests = { old: await arenas.old.open(conditions), new: await arenas.new.open(conditions) };
  const contender = (side: Side) => contests[side].contenders[0] as Contender;
  const runner = (contender: Contender): ContenderTurns => ({ contender, warm: [], turns: [] });
  try {
    const able = ableTo(contender("old"), scenario);
    return await inTurns({ old: runner(able), new: runner(contender("new")) }, scenario, task);
  } finally {
    for (const side of sides) await contests[side].close();
  }
}

/**
 * The old version's contender, if it knows the workload. What it lacks beyond that shows in its turns: they fail, or
 * nothing but errors comes of them.
 * @throws OldVersionError
 */
function ableTo(old: Contender, { workload }: Scenario): Contender {
  if (!old.workloads.includes(workload)) throw new OldVersionError(`the old version has no workload ${workload}`);
  return {
    ...old,
    async turn(load) {
      const turn = await old.turn(load).catch((error: unknown) => {
        throw new OldVersionError(`the old version fails: ${error instanceof Error ? error.message : String(error)}`);
      });
      if (turn.errors.length < turn.latenciesMs.length) return turn;
      throw new OldVersionError(`the old version has nothing but errors: ${turn.errors[0]}`);
    },
  };
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
