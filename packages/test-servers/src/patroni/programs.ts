import { access, mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { run } from "../commands.ts";
import { libraryFolders, unpackedPackage } from "../debian/unpacked-package.ts";
import type { Account, Environment, Invocation } from "../engine.ts";
import { describeCommand } from "../installed.ts";
import { isReachable, unprivilegedAccount } from "../unprivileged.ts";

/** Where the packages of a cluster are unpacked, each in a folder of its own. */
export interface PatroniPrograms {
  readonly patroni: string;
  readonly postgresql: string;
  readonly etcd: string;
  readonly account: Account | undefined;
}

/** What is not used, and the C library: a system has one, and the packages are of its own release, so that they fit. */
const needless =
  /^(perl|libperl|debconf|libc6|libllvm|libz3|dpkg|passwd|adduser|usrmerge|init-system|systemd|tar|media-types|mailcap)/;

export async function patroniPrograms(environment: Environment): Promise<PatroniPrograms> {
  const unpack = (name: string) => unpackedPackage(environment, { name, needless });
  const patroni = await unpack("patroni");
  const postgresql = await unpack("postgresql");
  const etcd = await unpack("etcd-server");
  const programs = { patroni, postgresql, etcd, account: await unprivilegedAccount() };
  const described = await describeCommand(await python(programs, ["-m", "patroni", "--version"]));
  if (described === undefined) throw new Error("Patroni of the Debian package does not run here");
  return programs;
}

/** The same programs where the account can reach them. */
export async function reachablePrograms(programs: PatroniPrograms, folder: string): Promise<PatroniPrograms> {
  const { account, patroni, postgresql } = programs;
  if (account === undefined || (await isReachable(patroni))) return programs;
  const taken = async (root: string, name: string) => {
    for (const part of await usedParts(root)) await linkAll(join(root, part), join(folder, name, part));
    return join(folder, name);
  };
  return { ...programs, patroni: await taken(patroni, "patroni"), postgresql: await taken(postgresql, "postgresql") };
}

/** Programs, libraries, and what the server reads when it sets up its data. */
async function usedParts(root: string): Promise<readonly string[]> {
  const libraries = (await libraryFolders(root)).map((folder) => relative(root, folder));
  const others = await readdir(join(root, "usr", "lib"));
  const own = others.filter((name) => /^(python3|postgresql)/.test(name)).map((name) => join("usr", "lib", name));
  const share = join("usr", "share", "postgresql");
  const hasShare = await access(join(root, share)).then(
    () => true,
    () => false,
  );
  return [...libraries, ...own, join("usr", "bin"), ...(hasShare ? [share] : [])];
}

/** Links cost nothing, but need one file system. A copy takes a second or some. */
async function linkAll(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const copy = (how: string) => run({ program: "cp", arguments: [how, from, to] });
  await copy("-Rl").catch(async () => {
    await rm(to, { recursive: true, force: true });
    await copy("-R");
  });
}

/** A call of the packages' Python, which finds all programs and libraries of Patroni and PostgreSQL. */
export async function python({ patroni, postgresql }: PatroniPrograms, words: readonly string[]): Promise<Invocation> {
  const libraries = (await Promise.all([patroni, postgresql].map(libraryFolders))).flat();
  return {
    program: join(patroni, "usr", "bin", "python3"),
    arguments: words,
    environment: {
      LD_LIBRARY_PATH: libraries.join(":"),
      PYTHONHOME: join(patroni, "usr"),
      PYTHONPATH: join(patroni, "usr", "lib", "python3", "dist-packages"),
      PYTHONDONTWRITEBYTECODE: "1",
      // Click, which Patroni uses, refuses a locale without Unicode.
      LC_ALL: "C.UTF-8",
    },
  };
}

/** The folder of the one version of PostgreSQL that a release of Debian has. */
export async function postgresBin({ postgresql }: PatroniPrograms): Promise<string> {
  const folder = join(postgresql, "usr", "lib", "postgresql");
  const [version] = await readdir(folder);
  if (version === undefined) throw new Error("the package postgresql brought no server");
  return join(folder, version, "bin");
}
