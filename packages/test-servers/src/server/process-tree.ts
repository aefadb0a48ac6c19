import { readdir, readFile } from "node:fs/promises";
import { run } from "../commands.ts";

/**
 * Sends a signal to a process and all its descendants, parents first. PostgreSQL has a process per connection, and a
 * parent that still ran would react to its children's end.
 */
export async function signalTree(pid: number, signal: NodeJS.Signals): Promise<void> {
  for (const member of await processTree(pid)) {
    try {
      process.kill(member, signal);
    } catch (error) {
      // It ended between the listing and the signal.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

/** The process and all its descendants, parents before their children. */
async function processTree(root: number): Promise<readonly number[]> {
  const parents = await (process.platform === "linux" ? parentsFromProc() : parentsFromPs());
  const tree = [root];
  for (const member of tree) {
    for (const [pid, parent] of parents) if (parent === member) tree.push(pid);
  }
  return tree;
}

async function parentsFromProc(): Promise<ReadonlyMap<number, number>> {
  const pids = (await readdir("/proc")).map(Number).filter(Number.isInteger);
  const parents = await Promise.all(pids.map(async (pid) => [pid, await parentFromProc(pid)] as const));
  return new Map(parents.filter((entry): entry is [number, number] => entry[1] !== undefined));
}

async function parentFromProc(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // The program's name is in brackets, and may itself contain brackets and spaces. State and parent follow the last
  // bracket.
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

async function parentsFromPs(): Promise<ReadonlyMap<number, number>> {
  const table = await run({ program: "ps", arguments: ["-A", "-o", "pid=,ppid="] });
  const rows = table.trim().split("\n");
  return new Map(rows.map((row) => row.trim().split(/\s+/).map(Number) as [number, number]));
}
