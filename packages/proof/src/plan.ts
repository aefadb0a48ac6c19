import type { EngineName } from "@slotwright/lab/engines";
import { loadEngine } from "@slotwright/lab/engines";
import { chosenOf } from "./choice.ts";
import { faultsOf, problemsOfFault, runUntilStruck } from "./faults/index.ts";
import { playFreely } from "./histories/free-running.ts";
import { levels, playInterleaved, type Violation } from "./histories/interleaved.ts";
import type { Tally } from "./histories/tally.ts";
import { type MutationReport, mutateEngine } from "./mutants/run.ts";
import type { ProofOptions } from "./options.ts";

/** One part of the proof on one engine. */
export interface ProofStep {
  readonly name: string;
  readonly title: string;
  /** How many histories it plays: its share of the progress. */
  readonly weight: number;
  readonly run: (onTally: (tally: Tally) => void) => Promise<StepResult>;
}

export interface StepResult {
  readonly problems: readonly string[];
  /** Arguments that reproduce it. */
  readonly replay?: string;
  /** What could not be tried on this machine, and why. */
  readonly notes?: readonly string[];
}

export interface Plan {
  readonly steps: readonly ProofStep[];
  /** Versions of what it runs on, known once it was opened. */
  readonly origin: string;
  readonly close: () => Promise<void>;
}

/**
 * How histories are divided: by turns at each call of the storage, by turns at each statement, and freely by processes.
 */
const shares = { calls: 0.4, statements: 0.3, free: 0.3 } as const;

const processes = 3;

/**
 * Everything to be done on one engine, on a migrated database.
 * @throws NoDatabaseError
 */
export async function planFor(
  engineName: EngineName,
  options: ProofOptions,
  mutation: MutationReport | undefined,
  signal: AbortSignal,
): Promise<Plan> {
  const engine = await loadEngine(engineName);
  const database = await engine.createDatabase(signal);
  const storage = engine.openStorage(database.address);
  await storage.migrate();
  await storage.close();
  const faults = faultsOf(engineName);
  const { address, origin } = database;
  const steps =
    options.replay === undefined
      ? [...historySteps(), ...faultSteps(), ...mutantSteps()]
      : [replayStep(options.replay)];
  return {
    steps,
    origin,
    close: async () => void (await Promise.all([database.end({ keep: false }), faults.close()])),
  };

  function historySteps(): readonly ProofStep[] {
    const { histories: all, seed } = options;
    const count = (level: keyof typeof shares) => Math.ceil(all * shares[level]);
    const byTurns = levels.map((level): ProofStep => {
      const histories = count(level);
      const run: ProofStep["run"] = async (onTally) =>
        stepResult(await playInterleaved(engine, address, { level, histories, seed, onTally, signal }), engineName);
      return { name: level, title: `commands take turns at ${titles[level]}`, weight: histories, run };
    });
    const histories = count("free");
    const free: ProofStep = {
      name: "free",
      title: `commands of ${processes} processes run freely`,
      weight: histories,
      run: async (onTally) =>
        stepResult(
          await playFreely(engine, address, { engineName, processes, histories, seed, onTally, signal }),
          engineName,
        ),
    };
    return [...byTurns, free].filter(({ weight }) => weight > 0);
  }

  function replayStep({ level, path }: NonNullable<ProofOptions["replay"]>): ProofStep {
    const run: ProofStep["run"] = async (onTally) => {
      const again = { level, histories: 1, seed: options.seed, path, onTally };
      return stepResult(await playInterleaved(engine, address, again), engineName);
    };
    return { name: level, title: `one history again, by turns at ${titles[level]}`, weight: 1, run };
  }

  function mutantSteps(): readonly ProofStep[] {
    if (mutation === undefined) return [];
    const run = async () => ({ problems: await mutateEngine(engineName, mutation, signal) });
    return [{ name: "mutants", title: "adapters with one flaw each", weight: 0, run }];
  }

  function faultSteps(): readonly ProofStep[] {
    return chosenOf(faults.faults, options).map(({ key, title, ...fault }) => ({
      name: key,
      title,
      weight: options.faults,
      run: async (onTally) => {
        const notes: string[] = [];
        for (let round = 0; round < options.faults && !signal.aborted; round++) {
          const report = await runUntilStruck(fault, options.seed + round);
          onTally(report.tally);
          notes.push(...(report.notes ?? []));
          const replay = `--${engineName} --histories 0 --faults 1 --fault ${key} --seed ${options.seed + round}`;
          const problems = problemsOfFault(report);
          if (problems.length > 0) return { problems, replay, notes };
        }
        return { problems: [], notes: [...new Set(notes)] };
      },
    }));
  }
}

const titles = { calls: "each call of the storage", statements: "each statement of the driver" } as const;

function stepResult(violation: Violation | undefined, engineName: EngineName): StepResult {
  if (violation === undefined) return { problems: [] };
  return { problems: violation.problems, replay: `--${engineName} ${violation.replay}` };
}
