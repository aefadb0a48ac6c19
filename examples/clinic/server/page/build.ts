import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";

const clinic = join(import.meta.dirname, "../..");
const repository = join(clinic, "../..");

/** What a page is made of, how, and where it is kept. */
export interface PageBuild {
  /** Files and folders. What comes from elsewhere changes with the lockfile. */
  readonly sources: readonly string[];
  readonly build: (outDir: string) => Promise<unknown>;
  readonly cache: string;
}

const clinicPage: PageBuild = {
  sources: [
    join(clinic, "page"),
    import.meta.dirname,
    join(clinic, "people.ts"),
    join(repository, "packages/client/src"),
    join(repository, "packages/core/src"),
    join(repository, "pnpm-lock.yaml"),
  ],
  // In a process of its own, because plugins go by NODE_ENV, which tests set: what they build is what everybody gets.
  build: (outDir) =>
    promisify(execFile)(process.execPath, [join(import.meta.dirname, "build-process.ts"), outDir], {
      env: { ...process.env, NODE_ENV: "production" },
    }),
  cache: join(clinic, "node_modules/.cache/page"),
};

/** How many pages of other sources stay, beside the one that is asked for. */
const kept = 4;

/**
 * The folder of the page as its sources are now. It is built if there is none. Several processes that want it at once wait
 * for the one that began, and build it themselves if that one has ended without it.
 */
export async function builtPage({ sources, build, cache }: PageBuild = clinicPage): Promise<string> {
  const folder = join(cache, await hashOf(sources));
  const sign = `${folder}.building`;
  await mkdir(cache, { recursive: true });
  while (!(await isThere(folder))) {
    if (await begins(sign)) await buildInto(folder, build).finally(() => takeDown(sign));
    else await setTimeout(50);
  }
  await removeOld(cache, folder);
  return folder;
}

async function buildInto(folder: string, build: PageBuild["build"]): Promise<void> {
  // It may have been put there after it was looked for.
  if (await isThere(folder)) return;
  const outDir = `${folder}.${randomUUID()}`;
  await build(outDir);
  await rename(outDir, folder).catch(() => rm(outDir, { recursive: true, force: true }));
}

/** How long a build takes at most, on a busy computer. An older sign was left by one that was killed. */
const patienceMs = 60_000;

/** Whether nobody else is at it: puts the sign up, and takes an old one down for the next attempt. */
async function begins(sign: string): Promise<boolean> {
  try {
    await mkdir(sign);
    return true;
  } catch {
    if (Date.now() - (await changedAt(sign)) > patienceMs) await takeDown(sign);
    return false;
  }
}

const takeDown = (sign: string): Promise<void> => rm(sign, { recursive: true, force: true });

async function hashOf(paths: readonly string[]): Promise<string> {
  const files = (await Promise.all(paths.map(filesIn))).flat().toSorted();
  const contents = await Promise.all(files.map((file) => readFile(file)));
  const hash = createHash("sha256");
  for (const [index, content] of contents.entries())
    hash.update(`${files[index]}\0${content.length}\0`).update(content);
  return hash.digest("hex").slice(0, 16);
}

async function filesIn(path: string): Promise<readonly string[]> {
  if ((await stat(path)).isFile()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** A server has read its page when it starts, so nobody misses the old ones. */
async function removeOld(cache: string, current: string): Promise<void> {
  const folders = (await readdir(cache)).map((name) => join(cache, name)).filter((folder) => folder !== current);
  const withTime = await Promise.all(folders.map(async (folder) => ({ folder, time: await changedAt(folder) })));
  const old = withTime.toSorted((a, b) => b.time - a.time).slice(kept);
  await Promise.all(old.map(({ folder }) => rm(folder, { recursive: true, force: true })));
}

/** Another process may have removed it. */
const changedAt = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
