import type { Fault, FaultReport } from "../fault.ts";
import type { Flaw } from "./flaws.ts";

/** `short` takes seconds and meets the main path, `long` takes minutes and leaves nothing out. */
export type Amount = "short" | "long";

/** Something that goes wrong with one SQLite file, or with a process that works on it. */
export interface SqliteFault extends Fault {
  /**
   * Runs on fresh files of its own. A flaw breaks the adapter, to show that the fault finds it. By default there is
   * none, and the amount is `short`: with enough seeds, this covers the same as `long`.
   */
  readonly run: (seed: number, amount?: Amount, flaw?: Flaw) => Promise<FaultReport>;
}
