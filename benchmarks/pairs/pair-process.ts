import { once } from "node:events";
import { join } from "node:path";
import type { OpenArena } from "../measuring/run.ts";
import { measureInTurns, type OfBoth, type PairTask } from "./turns.ts";

// One pair of runs in a process of its own, so that differences between processes affect both versions alike.

/** What the process receives. */
export interface PairOrder {
  /** Checkouts. */
  readonly folders: OfBoth<string>;
  readonly task: PairTask;
}

/** Through the version's own benchmark, because each version knows how its adapters are made. */
async function arenasOf(folder: string): Promise<OpenArena> {
  const module = (await import(join(folder, "benchmarks", "arenas", "open.ts"))) as { readonly openArena: OpenArena };
  return module.openArena;
}

const [{ folders, task }] = (await once(process, "message")) as [PairOrder];
const open = { old: await arenasOf(folders.old), new: await arenasOf(folders.new) };
process.send?.(await measureInTurns(open, task), () => process.exit());
