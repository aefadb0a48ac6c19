import { busyEngines } from "./choice.ts";
import type { EngineName } from "./engines/index.ts";
import { addTo, emptyTally, type Tally } from "./histories/tally.ts";
import type { ProofOptions } from "./options.ts";
import { type Plan, planFor, type Step } from "./plan.ts";
import type { EngineReport, ProofReport, StepReport } from "./report.ts";
import { createProgress, heading, type Progress } from "./terminal/index.ts";

/** Does all of it, one engine after the other. An interrupted proof ends after the history or the fault that is on. */
export async function prove(options: ProofOptions, signal: AbortSignal): Promise<ProofReport> {
  const startedAt = new Date();
  const engines: EngineReport[] = [];
  for (const engineName of busyEngines(options)) {
    if (!signal.aborted) engines.push(await proveOn(engineName, options, signal));
  }
  const seconds = (Date.now() - startedAt.getTime()) / 1000;
  return { seed: options.seed, startedAt: startedAt.toISOString(), seconds, isInterrupted: signal.aborted, engines };
}

async function proveOn(engine: EngineName, options: ProofOptions, signal: AbortSignal): Promise<EngineReport> {
  const plan = await planFor(engine, options, signal);
  console.log(heading(`${engine}: ${plan.origin}`));
  try {
    const steps = await runSteps(plan, signal);
    const tally = emptyTally();
    for (const step of steps) addTo(tally, step.tally);
    return { engine, origin: plan.origin, tally, steps };
  } finally {
    await plan.close();
  }
}

async function runSteps({ steps }: Plan, signal: AbortSignal): Promise<readonly StepReport[]> {
  const total = steps.reduce((sum, { weight }) => sum + weight, 0);
  const progress = createProgress(total);
  const reports: StepReport[] = [];
  const seen = emptyTally();
  for (const step of steps) {
    if (signal.aborted) break;
    reports.push(await runStep(step, seen, progress));
  }
  progress.finish(seen.histories, textOf(seen, "done"));
  return reports;
}

async function runStep(step: Step, seen: Tally, progress: Progress): Promise<StepReport> {
  const started = performance.now();
  const tally = emptyTally();
  const watch = watchForStrays();
  progress.update(seen.histories, textOf(seen, step.title));
  const result = await step
    .run((more) => {
      addTo(tally, more);
      addTo(seen, more);
      progress.update(seen.histories, textOf(seen, step.title));
    })
    .catch((error: unknown) => ({ problems: [`It could not be run: ${stackOf(error)}`] }));
  const { name, title } = step;
  const problems = [...result.problems, ...watch.end()];
  return { name, title, ...result, problems, tally, seconds: (performance.now() - started) / 1000 };
}

/** Errors that nobody handled: they would end a host's process. */
function watchForStrays(): { readonly end: () => readonly string[] } {
  const strays: string[] = [];
  const note = (error: unknown) => void strays.push(`An error that nobody handled: ${stackOf(error)}`);
  process.on("unhandledRejection", note);
  process.on("uncaughtException", note);
  return {
    end: () => {
      process.off("unhandledRejection", note);
      process.off("uncaughtException", note);
      return strays;
    },
  };
}

function textOf({ histories, commands, conflicts, retries, faults }: Tally, title: string): string {
  return `${histories} histories, ${commands} commands, ${conflicts} conflicts, ${retries} retries, ${faults} faults: ${title}`;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
