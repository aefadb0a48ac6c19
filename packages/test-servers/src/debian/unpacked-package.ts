import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { addToCache, cacheEntries, cacheFolder } from "../cache.ts";
import { run } from "../commands.ts";
import type { Environment } from "../engine.ts";
import { compareVersions } from "../versions.ts";
import { systemArchive } from "./archive.ts";
import { downloadPackages } from "./private-apt.ts";

export interface DebianPackage {
  readonly name: string;
  /** The release to take it from. Defaults to the system's own. */
  readonly suite?: string;
  /** A folder of the cache for itself, so that the same package of another release is not taken for it. */
  readonly shelf?: string;
  /** Dependencies, by the beginnings of their names, that are not used. */
  readonly needless: RegExp;
}

const fetching = new Map<string, Promise<string>>();

/**
 * The folder of a package that is unpacked into the cache with its dependencies. They are fetched first if they are not
 * there.
 */
export async function unpackedPackage(environment: Environment, wanted: DebianPackage): Promise<string> {
  const cache = join(cacheFolder(environment), wanted.shelf ?? "");
  return (await newestEntry(cache, wanted.name)) ?? (await fetchOnce(cache, wanted));
}

/** The folders of the libraries in an unpacked package. */
export async function libraryFolders(root: string): Promise<readonly string[]> {
  const libraries = [];
  for (const folder of [join(root, "usr", "lib"), join(root, "lib")]) {
    const names = await readdir(folder).catch(() => []);
    libraries.push(...names.filter((name) => name.includes("-linux-")).map((name) => join(folder, name)));
  }
  return libraries;
}

async function newestEntry(cache: string, name: string): Promise<string | undefined> {
  const versionOf = (entry: string) => entry.split("_")[1] ?? "";
  const entries = (await cacheEntries(cache)).filter((entry) => entry.startsWith(`${name}_`));
  const [newest] = entries.sort((left, right) => compareVersions(versionOf(right), versionOf(left)));
  return newest === undefined ? undefined : join(cache, newest);
}

/** Two callers of one process share a download. Two processes each do their own, and the first to finish is kept. */
function fetchOnce(cache: string, wanted: DebianPackage): Promise<string> {
  const key = join(cache, wanted.name);
  const fetched = fetching.get(key) ?? fetchPackage(cache, wanted).finally(() => fetching.delete(key));
  fetching.set(key, fetched);
  return fetched;
}

async function fetchPackage(cache: string, { name, suite, needless }: DebianPackage): Promise<string> {
  const archive = await systemArchive();
  return addToCache(cache, async (folder) => {
    const archives = await downloadPackages(archive, suite ?? archive.codename, name, folder);
    const files = (await readdir(archives)).filter((file) => file.endsWith(".deb"));
    const root = join(folder, "root");
    await mkdir(root);
    for (const file of files.filter((file) => !needless.test(file))) {
      await run({ program: "dpkg-deb", arguments: ["-x", join(archives, file), root] });
    }
    return { name: entryName(files, name), from: root };
  });
}

/**
 * Package, version and architecture, without what precedes the colon of a version, because colons separate folders in
 * lists.
 */
function entryName(files: readonly string[], name: string): string {
  const file = files.find((candidate) => candidate.startsWith(`${name}_`));
  if (file === undefined) throw new Error(`apt did not download ${name}`);
  return file.replace(/_\d+%3a/, "_").replace(/\.deb$/, "");
}
