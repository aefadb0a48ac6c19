import { spawnSync } from "node:child_process";
import { type Dirent, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Asks the system to drop these files from its cache. False if it cannot be asked. */
export function dropFromCache(files: readonly string[]): boolean {
  return files.every((file) => spawnSync("dd", [`if=${file}`, "iflag=nocache", "count=0", "status=none"]).status === 0);
}

/** Smaller files are many, and hold what every connection reads at its start. */
const leastBytes = 128 * 1024;

/** All files below a folder that are large enough to matter. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry: Dirent) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => statSync(file).size >= leastBytes);
}
