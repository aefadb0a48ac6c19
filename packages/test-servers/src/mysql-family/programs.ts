import { access } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Administrator, Invocation, RunFolder } from "../engine.ts";

/** A server of the family, with what it needs besides. */
export interface MysqlFamilyPrograms {
  readonly version: string;
  readonly origin: string;
  readonly server: Invocation;
  /** The folder of messages, character sets and scripts. */
  readonly share: string;
}

/** Durable as in production; only the memory is modest. */
const settings = [
  "--bind-address=127.0.0.1",
  "--skip-name-resolve",
  "--max-connections=300",
  "--innodb-buffer-pool-size=256M",
  "--innodb-flush-log-at-trx-commit=1",
  "--sync-binlog=1",
];

/** The command that every use of the server begins with. */
export function baseCommand(
  { server, share }: MysqlFamilyPrograms,
  run: RunFolder,
  more: readonly string[],
): Invocation {
  const asRoot = process.getuid?.() === 0 ? ["--user=root"] : [];
  const folders = [`--lc-messages-dir=${share}`, `--character-sets-dir=${join(share, "charsets")}`];
  // This must come first, or the computer's own configuration files apply.
  const words = ["--no-defaults", ...asRoot, ...folders, `--datadir=${run.data}`, ...more];
  return { ...server, arguments: [...server.arguments, ...words] };
}

/** The command that runs the server in the foreground. */
export function serverCommand(
  programs: MysqlFamilyPrograms,
  run: RunFolder,
  port: number,
  more: readonly string[] = [],
): Invocation {
  const files = [`--socket=${join(run.path, "socket")}`, `--pid-file=${join(run.path, "pid")}`];
  // A MariaDB server deletes what it takes for leftovers there when it starts, and those may be another server's files.
  const temporary = `--tmpdir=${run.path}`;
  return baseCommand(programs, run, [`--port=${port}`, ...files, temporary, ...settings, ...more]);
}

/** One statement per line, as both servers need it at initialisation. */
export function administratorStatements({ name, password }: Administrator): string {
  return [
    "CREATE DATABASE slotwright;",
    `CREATE USER '${name}'@'127.0.0.1' IDENTIFIED BY '${password}';`,
    `GRANT ALL ON *.* TO '${name}'@'127.0.0.1' WITH GRANT OPTION;`,
    "",
  ].join("\n");
}

export function administratorUrl({ name, password }: Administrator, port: number): string {
  return `mysql://${name}:${password}@127.0.0.1:${port}/slotwright`;
}

/** The share folder beside a server, found by a file that must be in it under one of its names. */
export async function shareFolder(
  server: string,
  files: readonly string[],
  names: readonly string[],
): Promise<string | undefined> {
  const share = join(dirname(server), "..", "share");
  for (const folder of names.map((name) => join(share, name))) {
    if ((await firstOf(folder, files)) !== undefined) return folder;
  }
  return undefined;
}

/** The path of the first of these files that the folder has. */
export async function firstOf(folder: string, files: readonly string[]): Promise<string | undefined> {
  for (const path of files.map((file) => join(folder, file))) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}
