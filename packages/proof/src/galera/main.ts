import { parseArgs } from "node:util";
import { interruptionSignal } from "@slotwright/lab/interruption";
import { bad, good, wholeNumber } from "@slotwright/lab/terminal";
import { startCluster, type TestCluster } from "@slotwright/test-servers";
import { isSound, type TrialResult, tryCluster } from "./trial.ts";

const usage = `Usage: prove:galera [options]

Publishes, books and cancels through three nodes of a Galera cluster at once, and kills one node after another, which
comes back. Readers follow the feed from a random node in each call. Compares what they were given with the journal.
Exit status: 0 if nothing was found, 1 if something was found or could not be run, 2 for wrong usage.

  --seconds N   how long the nodes are written to (default 60)
  --callers N   how many callers each node has (default 4)
  --readers N   how many follow the feed (default 3)
  --help        show this text`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "60" },
      callers: { type: "string", default: "4" },
      readers: { type: "string", default: "3" },
      help: { type: "boolean", default: false },
    },
  });
  return {
    isHelp: values.help,
    seconds: wholeNumber("--seconds", values.seconds, 1, 86_400),
    callers: wholeNumber("--callers", values.callers, 1, 64),
    readers: wholeNumber("--readers", values.readers, 1, 64),
  };
}

type Options = ReturnType<typeof readOptions>;

function printResult({ version }: TestCluster, result: TrialResult): void {
  const { kills, entries, reads, answers } = result;
  const counts = [...answers].sort(([, a], [, b]) => b - a).map(([code, count]) => `${code} ${count}`);
  console.log(`Three nodes of ${version}. ${kills} were killed and came back.`);
  console.log(`Answers to callers: ${counts.join(", ")}.`);
  console.log(`Entries on each node: ${entries.join(", ")}.`);
  for (const { given, failed, flaws } of reads) {
    const found = Object.entries(flaws).map(([flaw, count]) => `${count} ${flaw}`);
    const colour = Object.values(flaws).some(Boolean) ? bad : good;
    console.log(`A reader was given ${given} entries, and ${failed} reads failed: ${colour(found.join(", "))}.`);
  }
  for (const finding of result.findings) console.log(bad(finding));
}

async function run(options: Options): Promise<number> {
  const signal = interruptionSignal();
  const cluster = await startCluster("galera");
  if (cluster === undefined) return 1;
  try {
    const result = await tryCluster(cluster, options, signal);
    printResult(cluster, result);
    return isSound(result) && !signal.aborted ? 0 : 1;
  } finally {
    await cluster.stop();
  }
}

async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
  if (!options.isHelp) return run(options);
  console.log(usage);
  return 0;
}

process.exitCode = await main();
