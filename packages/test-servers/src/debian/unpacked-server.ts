import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Environment, Invocation } from "../engine.ts";
import { describeCommand } from "../installed.ts";
import { type MysqlFamilyPrograms, shareFolder } from "../mysql-family/programs.ts";
import { type DebianPackage, libraryFolders, unpackedPackage } from "./unpacked-package.ts";

export interface DebianServer extends Omit<DebianPackage, "needless"> {
  /** The program in the package. */
  readonly server: string;
}

/** Dependencies of the packages that the server does not use. */
const needless = /^(perl|libperl|debconf)/;

/** A server unpacked from Debian's packages. */
export async function unpackedServer(environment: Environment, wanted: DebianServer): Promise<MysqlFamilyPrograms> {
  const entry = await unpackedPackage(environment, { ...wanted, needless });
  const program = join(entry, "usr", "sbin", wanted.server);
  const server = await throughOwnLoader(entry, program);
  const described = await describeCommand({
    program: server.program,
    arguments: [...server.arguments, "--no-defaults", "--version"],
  });
  if (described === undefined) throw new Error(`${wanted.server} of the Debian package does not run here`);
  const share = await shareFolder(program, ["english/errmsg.sys"], ["mysql", "mariadb"]);
  if (share === undefined) throw new Error(`the Debian package ${wanted.name} brought no messages`);
  return { version: described.version, origin: `Debian package ${wanted.name}`, server, share };
}

/** The program runs with the libraries that came with it, not with the system's, which may be older. */
export async function throughOwnLoader(root: string, program: string): Promise<Invocation> {
  const libraries = await libraryFolders(root);
  const loader = await findLoader(libraries);
  return { program: loader, arguments: ["--library-path", libraries.join(":"), program] };
}

async function findLoader(libraries: readonly string[]): Promise<string> {
  for (const folder of libraries) {
    const loader = (await readdir(folder)).find((name) => /^ld-linux.*\.so\.\d+$/.test(name));
    if (loader !== undefined) return join(folder, loader);
  }
  throw new Error("the packages brought no dynamic loader");
}
