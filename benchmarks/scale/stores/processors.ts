import { spawnSync } from "node:child_process";
import { cpus } from "node:os";

/**
 * Keeps a process, with all its threads, on one processor, where the system lets us. A call of a tenth of a millisecond takes
 * twice as long if the server waits on a processor of its own: which size is so lucky must not be left to chance.
 */
export function keepOnProcessor(pid: number, processor: number): void {
  if (cpus().length > processor) spawnSync("taskset", ["-acp", String(processor), String(pid)]);
}

/** Takes that back. */
export function keepOnAnyProcessor(pid: number): void {
  spawnSync("taskset", ["-acp", `0-${cpus().length - 1}`, String(pid)]);
}
