import type { Circumstances } from "../../measuring/circumstances.ts";
import type { MemoryRun } from "./memory.ts";

export interface MemoryResult extends Circumstances, MemoryRun {
  readonly sqlite: string;
  /** Bytes by which the heap grew with each command. */
  readonly heapGrowth: number;
}
