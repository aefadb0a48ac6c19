import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Account, Invocation } from "./engine.ts";

const execute = promisify(execFile);

export interface CommandOptions {
  readonly account?: Account | undefined;
  readonly cwd?: string;
  readonly environment?: Record<string, string>;
  readonly input?: string;
}

/** Runs a command to its end and returns what it printed on stdout. Throws with its last words if it fails. */
export async function run(command: Invocation, options: CommandOptions = {}): Promise<string> {
  const { account, cwd, environment, input } = options;
  const running = execute(command.program, command.arguments, {
    ...account,
    cwd,
    env: serverEnvironment({ ...command.environment, ...environment }),
    maxBuffer: 64 * 1024 * 1024,
  });
  // A command that ends early closes its input under us. Its exit code is more informative than that error.
  running.child.stdin?.on("error", () => {});
  running.child.stdin?.end(input ?? "");
  try {
    return (await running).stdout;
  } catch (error) {
    throw new Error(`${command.program}: ${lastWords(error)}`, { cause: error });
  }
}

/** Variables such as PGDATA, or a locale that does not exist, must not reach the servers. */
export function serverEnvironment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C", ...more };
}

function lastWords(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message?: string };
  const lines = (stderr || message || String(error)).trim().split("\n");
  return lines.slice(-3).join(" | ");
}
