import { readdirSync, readFileSync } from "node:fs";

/** Linux counts processor time in hundredths of a second. */
const tickMs = 10;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly ms: number;
}

/** Processor time of these processes and of all that they have started, dead ones too. Undefined if it is not known here. */
export function processorMs(pids: readonly number[]): number | undefined {
  const all = processes();
  if (all.length === 0 || pids.length === 0) return undefined;
  const children = Map.groupBy(all, ({ parent }) => parent);
  const below = (pid: number): number =>
    (children.get(pid) ?? []).reduce((sum, child) => sum + child.ms + below(child.pid), 0);
  const own = (pid: number) => all.find((one) => one.pid === pid)?.ms ?? 0;
  return pids.reduce((sum, pid) => sum + own(pid) + below(pid), 0);
}

function processes(): readonly Process[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => processOf(Number(name)));
  } catch {
    return [];
  }
}

/** None if it has just ended. */
function processOf(pid: number): readonly Process[] {
  try {
    // The name is in brackets, and may contain anything.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return [{ pid, parent: Number(fields[1]), ms: ticks * tickMs }];
  } catch {
    return [];
  }
}
