import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { FeedPosition } from "@slotwright/core/adapter";
import { type EngineName, engineNames, loadEngine } from "@slotwright/lab/engines";
import { bad, createProgress, good, wholeNumber } from "@slotwright/lab/terminal";
import { chosen, runCommand } from "../command-line.ts";
import { createFeedAudit, type FeedAudit } from "./audit.ts";

interface FeedOptions {
  readonly engines: readonly EngineName[];
  readonly entries: number;
}

const usage = `Usage: bench:feed [options]

Follows the feed of a database while eight writers in two processes are at work: with commits in batches, with transactions that
stay open, with rollbacks, and with a process that is killed every few seconds. Then compares what it was given with the
journal. Exit status: 0 if every entry came once and in order, 1 if not, 2 for wrong usage.

  --engine NAME   ${engineNames.join(", ")}; may be given several times (default: all)
  --entries N     how many entries to wait for (default 1000000)
  --help          show this text`;

function parseOptions(args: readonly string[]): FeedOptions | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      engine: { type: "string", multiple: true },
      entries: { type: "string", default: "1000000" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const entries = wholeNumber("--entries", values.entries, 1, 100_000_000);
  return { engines: chosen("--engine", values.engine, engineNames), entries };
}

const processes = 2;
const writersPerProcess = 4;
const killedAfterMs = 5_000;
const readLimit = 500;

/** The writers' processes. One of them is killed now and then, and another one takes its place. */
function startWriters(engine: EngineName, address: string) {
  const running: ChildProcess[] = [];
  let started = 0;
  let kills = 0;
  const start = () => {
    started += 1;
    const child = fork(join(import.meta.dirname, "writer.ts"), [
      engine,
      address,
      `w${started}`,
      `${writersPerProcess}`,
    ]);
    running.push(child);
  };
  for (let count = 0; count < processes; count++) start();
  const timer = setInterval(() => {
    running.shift()?.kill("SIGKILL");
    kills += 1;
    start();
  }, killedAfterMs);
  return {
    kills: () => kills,
    async stop() {
      clearInterval(timer);
      const ended = running.map((child) => (child.exitCode === null ? once(child, "exit") : undefined));
      for (const child of running) child.send("stop");
      await Promise.all(ended);
    },
  };
}

async function follow(
  engine: EngineName,
  entries: number,
  signal: AbortSignal,
): Promise<FeedAudit & { kills: number }> {
  const { createDatabase, openStorage, connect } = await loadEngine(engine);
  const database = await createDatabase(signal);
  const storage = openStorage(database.address);
  try {
    await storage.migrate();
    const writers = startWriters(engine, database.address);
    const progress = createProgress(entries);
    const audit = createFeedAudit();
    let position: FeedPosition | null = null;
    const read = async () => {
      const page = await storage.readFeed({ after: position, limit: readLimit });
      if (page.status === "reset") throw new Error("The position does not fit.");
      position = page.position;
      audit.note(page.entries.map(({ entry }) => entry));
      return page.entries.length;
    };
    while (audit.count() < entries && !signal.aborted) {
      if ((await read()) < readLimit) await pause(2);
      progress.update(Math.min(audit.count(), entries), engine);
    }
    await writers.stop();
    while ((await read()) > 0);
    const connection = await connect(database.address);
    const result = await audit.compare(connection);
    await connection.close();
    return { ...result, kills: writers.kills() };
  } finally {
    await storage.close();
    await database.end({ keep: false });
  }
}

async function run({ engines, entries }: FeedOptions, signal: AbortSignal): Promise<number> {
  let isSound = true;
  for (const engine of engines) {
    const began = performance.now();
    const { given, inJournal, lost, repeated, disordered, kills } = await follow(engine, entries, signal);
    const seconds = (performance.now() - began) / 1000;
    const isWhole = lost + repeated + disordered === 0;
    isSound &&= isWhole;
    console.log(
      `${engine}: ${given} entries in ${seconds.toFixed(0)} s, ${inJournal} in the journal, ${kills} processes killed. ${(isWhole ? good : bad)(`${lost} lost, ${repeated} repeated, ${disordered} out of order.`)}`,
    );
  }
  return isSound && !signal.aborted ? 0 : 1;
}

process.exitCode = await runCommand({ usage, parse: parseOptions, run });
