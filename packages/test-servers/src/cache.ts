import { mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Environment } from "./engine.ts";

const unfinished = ".unfinished-";
const staleAfter = 24 * 60 * 60 * 1000;

/** The user's cache folder for what is slow to obtain: downloaded servers and initialised data folders. */
export function cacheFolder(environment: Environment): string {
  return join(environment.XDG_CACHE_HOME || join(environment.HOME || homedir(), ".cache"), "slotwright");
}

/**
 * Creates an entry of the cache, which is complete or absent. `fill` works in a folder of its own and names the entry;
 * a rename publishes it. If another process was faster, its entry stays and ours is removed.
 */
export async function addToCache(
  cache: string,
  fill: (folder: string) => Promise<{ readonly name: string; readonly from: string }>,
): Promise<string> {
  await mkdir(cache, { recursive: true });
  await removeStale(cache);
  const working = await mkdtemp(join(cache, unfinished));
  try {
    const { name, from } = await fill(working);
    const entry = join(cache, name);
    await rename(from, entry).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
    return entry;
  } finally {
    await rm(working, { recursive: true, force: true });
  }
}

/** The names of the complete entries. */
export async function cacheEntries(cache: string): Promise<readonly string[]> {
  const names = await readdir(cache).catch(() => []);
  return names.filter((name) => !name.startsWith(unfinished));
}

/** Removes what a process left that was killed while it fetched. No fetch takes a day. */
async function removeStale(cache: string): Promise<void> {
  const names = (await readdir(cache)).filter((name) => name.startsWith(unfinished));
  for (const folder of names.map((name) => join(cache, name))) {
    const age = Date.now() - ((await stat(folder).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (age > staleAfter) await rm(folder, { recursive: true, force: true });
  }
}
