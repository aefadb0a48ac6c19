import { appendFile, cp, mkdir, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run as execute } from "../commands.ts";
import type { Account, Administrator, Installation, Invocation, RunFolder } from "../engine.ts";
import { give, isReachable } from "../unprivileged.ts";
import { isAtLeast } from "../versions.ts";

export interface PostgresPrograms {
  /** The folder of `postgres` and `initdb`. Everything else they need is found from its parent. */
  readonly bin: string;
  readonly version: string;
  readonly origin: string;
  readonly account: Account | undefined;
}

/** Durable as in production. */
const settings = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "300",
  fsync: "on",
  synchronous_commit: "on",
};

/** Modest, and in a file, so that it can be changed if more is needed. */
const memory = "shared_buffers = 256MB";

export function postgresInstallation(programs: PostgresPrograms): Installation {
  const { bin, version, origin, account } = programs;
  return {
    version,
    origin,
    account,
    recipe: [...initdbFlags(version), memory].join(" "),
    stopSignal: "SIGINT",
    settle: (folder) => settle(programs, folder),
    initialise: (run, administrator) => initialise(programs, run, administrator),
    command: (run, port) => serverCommand(bin, run, port),
    url: ({ name, password }, port) => `postgres://${name}:${password}@127.0.0.1:${port}/postgres`,
  };
}

/**
 * A linguistic sort order, as most production databases have, so that statements that rely on byte order are noticed.
 */
function initdbFlags(version: string): readonly string[] {
  const common = ["--auth=scram-sha-256", "--encoding=UTF8", "--no-locale"];
  return isAtLeast(version, "15") ? [...common, "--locale-provider=icu", "--icu-locale=en-US"] : common;
}

/** The server cannot reach packages in root's home, so it gets a copy. */
async function settle(programs: PostgresPrograms, folder: string): Promise<Installation> {
  if (programs.account === undefined || (await isReachable(programs.bin))) return postgresInstallation(programs);
  const copy = join(folder, "programs");
  await cp(dirname(programs.bin), copy, { recursive: true, verbatimSymlinks: true });
  return postgresInstallation({ ...programs, bin: join(copy, "bin") });
}

async function initialise(programs: PostgresPrograms, run: RunFolder, administrator: Administrator): Promise<void> {
  const { bin, version, account } = programs;
  const passwordFile = join(run.path, "password");
  await mkdir(run.data, { mode: 0o700 });
  await give(run.data, account);
  await writeFile(passwordFile, administrator.password, { mode: 0o600 });
  await give(passwordFile, account);
  const words = ["-D", run.data, `--username=${administrator.name}`, `--pwfile=${passwordFile}`];
  const command = { program: join(bin, "initdb"), arguments: [...words, ...initdbFlags(version)] };
  await execute(command, { account, cwd: run.path });
  await unlink(passwordFile);
  await appendFile(join(run.data, "postgresql.conf"), `${memory}\n`);
}

function serverCommand(bin: string, run: RunFolder, port: number): Invocation {
  const flags = Object.entries({ port, ...settings }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return { program: join(bin, "postgres"), arguments: ["-D", run.data, ...flags] };
}
