import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { addToCache, cacheEntries, cacheFolder } from "../cache.ts";
import { run } from "../commands.ts";
import type { Environment, Invocation } from "../engine.ts";
import { describeCommand } from "../installed.ts";
import type { MysqlFamilyPrograms } from "../mysql-family/programs.ts";
import { compareVersions } from "../versions.ts";
import { systemArchive } from "./archive.ts";
import { downloadPackages } from "./private-apt.ts";

export interface DebianServer {
  /** The package. */
  readonly name: string;
  /** The release to take it from. Defaults to the system's own. */
  readonly suite?: string;
  /** The program in the package. */
  readonly server: string;
}

/** Dependencies of the packages that the server does not use. */
const needless = /^(perl|libperl|debconf)/;
const fetching = new Map<string, Promise<string>>();

/** A server unpacked from Debian's packages into the cache. The packages are fetched first if they are not there. */
export async function unpackedServer(environment: Environment, wanted: DebianServer): Promise<MysqlFamilyPrograms> {
  const cache = cacheFolder(environment);
  const entry = (await newestEntry(cache, wanted.name)) ?? (await fetchOnce(cache, wanted));
  const server = await throughOwnLoader(entry, join(entry, "usr", "sbin", wanted.server));
  const described = await describeCommand({
    program: server.program,
    arguments: [...server.arguments, "--no-defaults", "--version"],
  });
  if (described === undefined) throw new Error(`${wanted.server} of the Debian package does not run here`);
  const origin = `Debian package ${wanted.name}`;
  return { version: described.version, origin, server, share: join(entry, "usr", "share", "mysql") };
}

async function newestEntry(cache: string, name: string): Promise<string | undefined> {
  const versionOf = (entry: string) => entry.split("_")[1] ?? "";
  const entries = (await cacheEntries(cache)).filter((entry) => entry.startsWith(`${name}_`));
  const [newest] = entries.sort((left, right) => compareVersions(versionOf(right), versionOf(left)));
  return newest === undefined ? undefined : join(cache, newest);
}

/** Two callers of one process share a download. Two processes each do their own, and the first to finish is kept. */
function fetchOnce(cache: string, wanted: DebianServer): Promise<string> {
  const key = join(cache, wanted.name);
  const fetched = fetching.get(key) ?? fetchServer(cache, wanted).finally(() => fetching.delete(key));
  fetching.set(key, fetched);
  return fetched;
}

async function fetchServer(cache: string, { name, suite }: DebianServer): Promise<string> {
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

/** The server runs with the libraries that came with it, not with the system's, which may be older. */
async function throughOwnLoader(root: string, server: string): Promise<Invocation> {
  const libraries = [];
  for (const folder of [join(root, "usr", "lib"), join(root, "lib")]) {
    const names = await readdir(folder).catch(() => []);
    libraries.push(...names.filter((name) => name.includes("-linux-")).map((name) => join(folder, name)));
  }
  const loader = await findLoader(libraries);
  return { program: loader, arguments: ["--library-path", libraries.join(":"), server] };
}

async function findLoader(libraries: readonly string[]): Promise<string> {
  for (const folder of libraries) {
    const loader = (await readdir(folder)).find((name) => /^ld-linux.*\.so\.\d+$/.test(name));
    if (loader !== undefined) return join(folder, loader);
  }
  throw new Error("the packages brought no dynamic loader");
}
