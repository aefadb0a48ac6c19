import { spawnSync } from "node:child_process";
import { cpus } from "node:os";

/**
 * Keeps a process, with all its threads, on one processor, if the system allows it. A call of a tenth of a millisecond
 * takes twice as long if the server waits on a different processor, and chance must not decide which size is lucky.
 */
export function keepOnProcessor(pid: number, processor: number): void {
  if (cpus().length > processor) spawnSync("taskset", ["-acp", String(processor), String(pid)]);
}

/** Undoes that. */
export function keepOnAnyProcessor(pid: number): void {
  spawnSync("taskset", ["-acp", `0-${cpus().length - 1}`, String(pid)]);
}
