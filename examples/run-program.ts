import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

/** How a program ended. */
export interface Run {
  readonly status: number;
  readonly output: string;
}

export interface How {
  readonly environment?: NodeJS.ProcessEnv;
  /** Ends the program as soon as its output has these words. */
  readonly endAt?: string;
}

/** Runs a program of this folder to its end. */
export function runProgram(
  script: string,
  args: readonly string[] = [],
  { environment = {}, endAt }: How = {},
): Promise<Run> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const options = { timeout: 50_000, env: { ...process.env, ...environment } };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [file, ...args], options, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ status, output: stdout + stderr });
    });
    child.stdout?.on("data", (text: string) => {
      // Once: a second signal ends it at once, without tidying up.
      if (endAt !== undefined && text.includes(endAt) && !child.killed) child.kill("SIGTERM");
    });
  });
}
