import type { EngineName } from "@slotwright/lab/engines";
import { createProgress, heading, type Progress } from "@slotwright/lab/terminal";
import { busyEngines } from "./choice.ts";
import { addTo, emptyTally, type Tally } from "./histories/tally.ts";
import { mutants } from "./mutants/index.ts";
import { type MutationReport, mutateMemory } from "./mutants/run.ts";
import type { ProofOptions } from "./options.ts";
import { type Plan, type ProofStep, planFor } from "./plan.ts";
import { type EngineReport, type ProofReport, type StepReport, scoreOf } from "./report.ts";

/** Does everything, one engine after another. An interrupted proof ends after the current history or fault. */
export async function prove(options: ProofOptions, signal: AbortSignal): Promise<ProofReport> {
  const startedAt = new Date();
  const engines: EngineReport[] = [];
  const mutation = options.mutants ? await mutate(signal) : undefined;
  for (const engineName of busyEngines(options)) {
    if (!signal.aborted) engines.push(await proveOn(engineName, options, mutation, signal));
  }
  const seconds = (Date.now() - startedAt.getTime()) / 1000;
  const { seed } = options;
  const isInterrupted = signal.aborted;
  return { seed, startedAt: startedAt.toISOString(), seconds, isInterrupted, mutation, engines };
}

async function mutate(signal: AbortSignal): Promise<MutationReport> {
  console.log(heading("The conformance suite, on memory adapters with one flaw each"));
  const progress = createProgress(mutants.length);
  const watch = watchForStrays();
  const report = await mutateMemory(signal, (done) => progress.update(done, `${done} of ${mutants.length} mutants`));
  // What a flawed adapter leaves behind is not a finding.
  watch.end();
  progress.finish(report.mutants, scoreOf(report));
  return report;
}

async function proveOn(
  engine: EngineName,
  options: ProofOptions,
  mutation: MutationReport | undefined,
  signal: AbortSignal,
): Promise<EngineReport> {
  const plan = await planFor(engine, options, mutation, signal);
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
  progress.finish(seen.histories, tallyText(seen, "done"));
  return reports;
}

async function runStep(step: ProofStep, seen: Tally, progress: Progress): Promise<StepReport> {
  const started = performance.now();
  const tally = emptyTally();
  const watch = watchForStrays();
  progress.update(seen.histories, tallyText(seen, step.title));
  const result = await step
    .run((more) => {
      addTo(tally, more);
      addTo(seen, more);
      progress.update(seen.histories, tallyText(seen, step.title));
    })
    .catch((error: unknown) => ({ problems: [`It could not be run: ${stackOf(error)}`] }));
  const { name, title } = step;
  const strays = watch.end();
  // What a flawed adapter leaves behind is not a finding.
  const problems = [...result.problems, ...(name === "mutants" ? [] : strays)];
  return { name, title, ...result, problems, tally, seconds: (performance.now() - started) / 1000 };
}

/** Unhandled errors, which would end a host's process. */
function watchForStrays(): { readonly end: () => readonly string[] } {
  const strays: string[] = [];
  const note = (error: unknown) => void strays.push(`An unhandled error: ${stackOf(error)}`);
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

function tallyText({ histories, commands, conflicts, retries, faults }: Tally, title: string): string {
  return `${histories} histories, ${commands} commands, ${conflicts} conflicts, ${retries} retries, ${faults} faults: ${title}`;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
