import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addToCache, announce, cacheEntries, cacheFolder, run } from "@slotwright/test-servers/program";

const versions = { next: "16.4.6", react: "19.3.1", "react-dom": "19.3.1" } as const;

const ownPackages = ["core", "http", "adapter-sqlite"] as const;

const environment = (more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  ...(process.env as Record<string, string>),
  NEXT_TELEMETRY_DISABLED: "1",
  // Set by the tests' own program; Next takes the one that goes with its command.
  NODE_ENV: "production",
  ...more,
});

/**
 * The folder of Next's packages, which npm fetches once into the cache folder: they have 340 MB, too much for everybody who
 * installs the repository. Undefined, after a line on stderr, if they cannot be had.
 * @throws If they cannot be had and `CI=true`: a skip would look like success.
 */
export async function installedNext(): Promise<string | undefined> {
  const cache = cacheFolder(process.env);
  const name = `next-${versions.next}`;
  if ((await cacheEntries(cache)).includes(name)) return join(cache, name, "node_modules");
  try {
    return join(await addToCache(cache, (folder) => fetchNext(folder, name)), "node_modules");
  } catch (error) {
    const line = `Next is SKIPPED: ${error instanceof Error ? error.message : String(error)}`;
    if (process.env.CI === "true") throw new Error(line, { cause: error });
    announce(line);
    return undefined;
  }
}

async function fetchNext(folder: string, name: string) {
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: versions }));
  const flags = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--include=optional"];
  // In development, npm installs more; in production, less.
  await run(
    { program: "npm", arguments: flags, environment: environment({ NODE_ENV: "development" }) },
    { cwd: folder },
  );
  return { name, from: folder };
}

export interface NextApplication {
  /** Where it answers. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/**
 * Builds the application in a folder of its own, and starts it as `next start` does.
 * @param packages What `installedNext` returned.
 */
export async function startNext(
  packages: string,
  variables: Readonly<Record<string, string>>,
): Promise<NextApplication> {
  const folder = await mkdtemp(join(tmpdir(), "slotwright-next-"));
  await cp(join(import.meta.dirname, "application"), folder, { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await linkPackages(packages, join(folder, "node_modules"));
  const program = join(packages, "next/dist/bin/next");
  const variablesOfNext = environment(variables);
  await run(
    { program: process.execPath, arguments: [program, "build"], environment: variablesOfNext },
    { cwd: folder },
  );
  const options = {
    cwd: folder,
    env: variablesOfNext,
    stdio: ["ignore", "pipe", "pipe"] as ["ignore", "pipe", "pipe"],
  };
  const child = spawn(process.execPath, [program, "start", "--port", "0", "--hostname", "127.0.0.1"], options);
  return {
    url: await addressIn(child),
    async close() {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function linkPackages(packages: string, modules: string): Promise<void> {
  await mkdir(join(modules, "@slotwright"), { recursive: true });
  for (const name of Object.keys(versions)) await symlink(join(packages, name), join(modules, name));
  const own = join(import.meta.dirname, "../../..");
  for (const name of ownPackages) await symlink(join(own, name), join(modules, "@slotwright", name));
}

function addressIn(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    const listen = (bytes: Buffer): void => {
      output += bytes;
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
      // It is printed before it listens.
      if (url !== undefined && /Ready/.test(output)) resolve(url);
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.once("exit", (code) => reject(new Error(`next start ended with ${code}:\n${output}`)));
  });
}
