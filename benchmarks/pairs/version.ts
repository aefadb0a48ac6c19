import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const command = promisify(execFile);

/** A version of this repository that can be measured. */
export interface Version {
  readonly folder: string;
  readonly close: () => Promise<void>;
}

export const thisFolder = join(import.meta.dirname, "..", "..");

/** A folder with a checkout whose packages are installed, or a commit, which is checked out beside this one. */
export async function openVersion(against: string, onStep: (step: string) => void): Promise<Version> {
  if (existsSync(join(against, "benchmarks", "main.ts"))) {
    return { folder: resolve(against), close: async () => {} };
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
    return { folder, close };
  } catch (error) {
    await close();
    throw error;
  }
}
