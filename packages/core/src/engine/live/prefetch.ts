import type { ProviderRows } from "./provider-rows.ts";
import { lengthOf } from "./slot-columns.ts";
import type { SlotTable } from "./slot-table.ts";

/** What was read last. It is kept, because a compiler leaves out what nobody uses. */
const lastRead: number[] = [];

/**
 * Reads a row of each provider near a time, so that a search that begins there finds them in the processor's cache. On
 * its way it waits for memory at each step, because it has to see one row to know where to go on. Reads of different
 * providers do not depend on each other, so the processor waits for many of them at once.
 */
export function prefetchRows({ columns }: SlotTable, providers: readonly ProviderRows[], time: number): void {
  const count = providers.length;
  // Three loops, because the reads of one provider do depend on each other.
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
