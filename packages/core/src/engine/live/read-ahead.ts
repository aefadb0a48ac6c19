import type { ProviderRows } from "./provider-rows.ts";
import { lengthOf } from "./slot-columns.ts";
import type { SlotTable } from "./slot-table.ts";

/** What was read last. It is kept, because a compiler leaves out what nobody uses. */
const lastRead: number[] = [];

/**
 * Reads a row of each provider near a time, so that a search that begins there finds them in the processor's cache. On
 * its way it waits for memory at each step, because it has to see one row to know where to go on. These reads do not
 * depend on each other, and the processor waits for many of them at once.
 */
export function readAhead({ columns }: SlotTable, providers: readonly ProviderRows[], time: number): void {
  const count = providers.length;
  // Three loops: each of these reads has to know what the one before it has read.
  for (let index = 0; index < count; index++) {
    lastRead[index] = (providers[index] as ProviderRows).near(time);
  }
  for (let index = 0; index < count; index++) {
    lastRead[index] = (providers[index] as ProviderRows).rows[lastRead[index] as number] as number;
  }
  for (let index = 0; index < count; index++) {
    const row = lastRead[index] as number;
    lastRead[index] = lengthOf(columns, row) + (columns.status[row] as number);
  }
}
