import { access, constants, realpath } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { run } from "./commands.ts";
import type { Environment, Invocation } from "./engine.ts";
import { versionInText } from "./versions.ts";

export interface InstalledProgram {
  /** Its real location: links such as those in /usr/local/bin are followed. */
  readonly path: string;
  readonly version: string;
  /** The whole output of `--version`. */
  readonly banner: string;
}

/** All programs of this name on the PATH and in `moreFolders`, each once. */
export async function installedPrograms(
  name: string,
  environment: Environment,
  moreFolders: readonly string[] = [],
): Promise<readonly InstalledProgram[]> {
  const folders = [...(environment.PATH ?? "").split(delimiter).filter((folder) => folder !== ""), ...moreFolders];
  const paths = await Promise.all(folders.map((folder) => executable(join(folder, name))));
  const found = new Set(paths.filter((path) => path !== undefined));
  const programs = await Promise.all([...found].map(describeProgram));
  return programs.filter((program) => program !== undefined);
}

/** The version of a server program, or `undefined` if it does not run. */
export async function describeCommand(command: Invocation): Promise<Omit<InstalledProgram, "path"> | undefined> {
  const banner = await run(command).catch(() => "");
  const version = versionInText(banner);
  return version === undefined ? undefined : { version, banner };
}

async function executable(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.X_OK);
    return await realpath(path);
  } catch {
    return undefined;
  }
}

async function describeProgram(path: string): Promise<InstalledProgram | undefined> {
  const described = await describeCommand({ program: path, arguments: ["--version"] });
  return described === undefined ? undefined : { path, ...described };
}
