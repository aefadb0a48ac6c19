import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { BenchmarkResult, ResultRow } from "../measuring/result.ts";

const command = promisify(execFile);

/** A version of this repository that can be measured. */
export interface Version {
  readonly title: string;
  readonly folder: string;
  readonly close: () => Promise<void>;
}

export const thisFolder = join(import.meta.dirname, "..", "..");

export const thisVersion: Version = { title: "this version", folder: thisFolder, close: async () => {} };

/** A folder with a checkout whose packages are installed, or a commit, which is checked out beside this one. */
export async function openVersion(against: string, onStep: (step: string) => void): Promise<Version> {
  if (existsSync(join(against, "benchmarks", "main.ts"))) {
    return { title: against, folder: resolve(against), close: async () => {} };
  }
  const parent = await mkdtemp(join(tmpdir(), "slotwright-version-"));
  const folder = join(parent, "slotwright");
  const close = async () => {
    await command("git", ["worktree", "remove", "--force", folder], { cwd: thisFolder }).catch(() => {});
    await rm(parent, { recursive: true, force: true });
  };
  try {
    onStep(`Checking out ${against}`);
    await command("git", ["worktree", "add", "--detach", folder, against], { cwd: thisFolder });
    onStep(`Installing the packages of ${against}`);
    await command("npx", ["--yes", "pnpm@12", "install", "--frozen-lockfile"], { cwd: folder, maxBuffer: 2 ** 26 });
    return { title: against, folder, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Measures by the version's own benchmark, in a process of its own. */
export async function measureVersion(
  { folder }: Version,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<readonly ResultRow[]> {
  const reports = await mkdtemp(join(tmpdir(), "slotwright-pair-"));
  const json = join(reports, "report.json");
  try {
    await finished(spawnBenchmark(folder, [...args, "--json", json], env, signal));
    const { rows } = JSON.parse(await readFile(json, "utf8")) as BenchmarkResult;
    return rows;
  } finally {
    await rm(reports, { recursive: true, force: true });
  }
}

function spawnBenchmark(folder: string, args: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal) {
  return spawn(process.execPath, [join(folder, "benchmarks", "main.ts"), ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
    signal,
  });
}

function finished(child: ReturnType<typeof spawnBenchmark>): Promise<void> {
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-2_000);
  });
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (status) => {
      if (status === 0) done();
      else fail(new Error(`The benchmark in ${child.spawnfile} ended with status ${status}: ${said}`));
    });
  });
}
