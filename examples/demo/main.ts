import { isBookingError } from "@slotwright/core";
import { type FreshDatabase, isNoDatabaseError, loadEngine } from "@slotwright/lab/engines";
import { interruptionSignal, unlessAborted } from "@slotwright/lab/interruption";
import { bad, optionsOf } from "@slotwright/lab/terminal";
import { type ClusterDatabase, createGaleraDatabase } from "./nodes.ts";
import { type DemoOptions, parseOptions, usage } from "./options.ts";
import { runDemo } from "./run.ts";
import { WeekError } from "./week.ts";

/** An interrupted demo also tidies up. True if nothing went wrong. */
async function runOnFreshDatabase(options: DemoOptions, signal: AbortSignal): Promise<boolean> {
  const engine = await loadEngine(options.engine);
  const database: FreshDatabase & Partial<ClusterDatabase> = options.isOnGalera
    ? await createGaleraDatabase(signal)
    : await engine.createDatabase(signal);
  try {
    return await unlessAborted(signal, () => runDemo({ engine, database, nodes: database.nodes, options, signal }));
  } finally {
    await database.end(options);
  }
}

async function main(signal: AbortSignal): Promise<number> {
  const options = optionsOf(parseOptions, usage);
  if (options === undefined) return 2;
  if (options === "help") {
    console.log(usage);
    return 0;
  }
  try {
    return (await runOnFreshDatabase(options, signal)) ? 0 : 1;
  } catch (error) {
    // These are written for people. For anything else, the stack is wanted.
    const isForPeople = [isBookingError(error), error instanceof WeekError, isNoDatabaseError(error)];
    console.error(bad("The demo failed:"), isForPeople.includes(true) ? (error as Error).message : error);
    return 1;
  }
}

const signal = interruptionSignal();
process.exitCode = await main(signal);
// What was interrupted may still be running.
if (signal.aborted) process.exit();
