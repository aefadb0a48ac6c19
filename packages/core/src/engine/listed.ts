import { type Slot, slotAsOf } from "../model/slot.ts";
import type { SlotQuery } from "../storage/adapter.ts";

/**
 * A page without slots that count as withdrawn. A query for certain statuses names none of these, and does not find them. Another
 * one reads on in their place, because to leave them out in the database would cost each list.
 */
export async function listed(
  query: SlotQuery,
  find: (query: SlotQuery) => Promise<readonly Slot[]>,
): Promise<readonly Slot[]> {
  const { limit } = query;
  const kept: Slot[] = [];
  let page = await find(query);
  for (;;) {
    for (const slot of page) if (slotAsOf(slot, query.asOf).status !== "withdrawn") kept.push(slot);
    const last = page.at(-1);
    if (kept.length >= limit || page.length < limit || last === undefined) return kept.slice(0, limit);
    page = await find({ ...query, after: { start: last.start, id: last.id } });
  }
}
