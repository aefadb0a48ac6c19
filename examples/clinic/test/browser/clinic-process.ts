import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { EngineName } from "@slotwright/lab/engines";

export interface ClinicOptions {
  readonly engine: EngineName;
  /** The file of an SQLite database, or the URL of one on a server. */
  readonly database: string;
  /** The first day of the seeded weeks, a Monday. */
  readonly from: string;
  /** Whether every start damages a booking. Default: none does. */
  readonly breaks?: boolean;
}

/** The clinic as a stranger starts it, in a process of its own. */
export interface ClinicProcess {
  readonly url: string;
  /** What it has printed since its last start. */
  readonly output: () => string;
  /** Ends it like a crash. */
  readonly kill: () => Promise<void>;
  /** Starts it again, on the same port and database. */
  readonly restart: () => Promise<void>;
  /** Ends it as Ctrl-C does. */
  readonly stop: () => Promise<void>;
}

export async function startClinicProcess(options: ClinicOptions): Promise<ClinicProcess> {
  let running = await run(options, 0);
  const { url } = running;
  return {
    url,
    output: () => running.output(),
    kill: () => end(running.child, "SIGKILL"),
    restart: async () => {
      running = await run(options, Number(new URL(url).port));
    },
    stop: () => end(running.child, "SIGINT"),
  };
}

interface Running {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly url: string;
}

const keptIn = (engine: EngineName, database: string): readonly string[] =>
  engine === "sqlite" ? ["--sqlite", database] : [`--${engine}`, "--database", database];

const main = join(import.meta.dirname, "../../main.ts");

/** How long a start may take on a busy computer. */
const patienceMs = 40_000;

async function run({ engine, database, from, breaks = false }: ClinicOptions, port: number): Promise<Running> {
  const words = [
    main,
    ...keptIn(engine, database),
    "--port",
    `${port}`,
    "--from",
    from,
    ...(breaks ? ["--break"] : []),
  ];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
  const output = outputOf(child);
  try {
    return { child, output, url: await addressIn(child, output) };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

function outputOf(child: ChildProcess): () => string {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (bytes: Buffer) => (output += bytes));
  return () => output;
}

function addressIn(child: ChildProcess, output: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`The clinic ${why}. It said:\n${output()}`));
    const timer = setTimeout(() => fail("did not start in time"), patienceMs);
    child.stdout?.on("data", () => {
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(output())?.[0];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    });
    child.once("error", ({ message }) => fail(`did not start: ${message}`));
    child.once("exit", (code) => {
      clearTimeout(timer);
      fail(`ended with ${code}`);
    });
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}
