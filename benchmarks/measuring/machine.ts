import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, cpus, platform, release, totalmem } from "node:os";

export interface Machine {
  readonly processor: string;
  readonly processors: number;
  readonly memoryGb: number;
  readonly system: string;
}

export function machineOf(): Machine {
  return {
    processor: cpus()[0]?.model.trim() || "unknown processor",
    processors: cpus().length,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    system: `${platform()} ${release()} ${arch()}`,
  };
}

const packages = ["pg", "mysql2", "better-sqlite3", "kysely"] as const;

export function versionsOf(): Readonly<Record<string, string>> {
  const drivers = packages.map((name) => [name, packageVersion(name)] as const);
  return { node: process.versions.node, ...Object.fromEntries(drivers) };
}

// Some packages do not allow importing their package.json.
function packageVersion(name: string): string {
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    try {
      return (JSON.parse(readFileSync(`${folder}/${name}/package.json`, "utf8")) as { version: string }).version;
    } catch {}
  }
  return "unknown";
}
