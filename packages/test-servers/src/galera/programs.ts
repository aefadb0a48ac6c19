import { access, chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { libraryFolders, unpackedPackage } from "../debian/unpacked-package.ts";
import type { Environment, Invocation } from "../engine.ts";
import { describeCommand } from "../installed.ts";
import type { MysqlFamilyPrograms } from "../mysql-family/programs.ts";

/** A MariaDB server that can be a node of a cluster, with what it needs besides. */
export interface GaleraPrograms extends MysqlFamilyPrograms {
  /** The library that makes it a node. */
  readonly provider: string;
}

/**
 * What the server does not use, and the C library: nodes run the system's shell and tools with the packages' libraries,
 * and a system has one C library. The packages are of its own release, so that it fits.
 */
const needless = /^(perl|libperl|debconf|libc6|dpkg|passwd|adduser|usrmerge|init-system-helpers|tar)/;

/** Debian's server with its cluster library, its scripts, and the programs that these call. */
export async function galeraPrograms(environment: Environment): Promise<GaleraPrograms> {
  const root = await unpacked(environment);
  const provider = join(root, "usr", "lib", "galera", "libgalera_smm.so");
  await access(provider);
  const server = await withLibraries(root, join(root, "usr", "sbin", "mariadbd"));
  const described = await describeCommand({ ...server, arguments: ["--no-defaults", "--version"] });
  if (described === undefined) throw new Error("mariadbd of the Debian package does not run here");
  const share = join(root, "usr", "share", "mysql");
  return { version: described.version, origin: "Debian package mariadb-server", server, share, provider };
}

/** One of the clients that come with it. */
export async function clusterProgram(environment: Environment, name: string): Promise<Invocation> {
  const root = await unpacked(environment);
  return withLibraries(root, join(root, "usr", "bin", name));
}

const unpacked = (environment: Environment) => unpackedPackage(environment, { name: "mariadb-server", needless });

async function withLibraries(root: string, program: string): Promise<Invocation> {
  const folders = [join(root, "usr", "bin"), join(root, "usr", "sbin"), join(root, "bin"), join(root, "sbin")];
  const path = [...folders, process.env.PATH ?? "/usr/bin:/bin"].join(":");
  const libraries = (await libraryFolders(root)).join(":");
  const environment = { PATH: path, LD_LIBRARY_PATH: libraries };
  return { program, arguments: [], environment };
}

/**
 * The same programs with an rsync that may write as root, if we are root. The server's script configures the rsync that
 * receives a copy of the data, and says nothing of users: as root, it would write as nobody.
 */
export async function receivingAsRoot(programs: GaleraPrograms, folder: string): Promise<GaleraPrograms> {
  if (process.getuid?.() !== 0) return programs;
  const { PATH = "", ...others } = programs.server.environment ?? {};
  const bin = join(folder, "bin");
  await mkdir(bin);
  await writeFile(join(bin, "rsync"), rsyncAsRoot(PATH));
  await chmod(join(bin, "rsync"), 0o755);
  return { ...programs, server: { ...programs.server, environment: { ...others, PATH: `${bin}:${PATH}` } } };
}

/** The script looks for a process of this name, so the real one takes this one's place. */
const rsyncAsRoot = (path: string) => `#!/bin/sh
PATH=${path}
case $1 in
  --daemon) exec rsync --dparam=uid=0 --dparam=gid=0 "$@" ;;
  *) exec rsync "$@" ;;
esac
`;
