import { overlapping } from "../../model/search.ts";
import { listedStatuses, type Slot, type SlotStatus, slotAsOf } from "../../model/slot.ts";
import type { Looking } from "../slots-at-time.ts";

/** A time on a schedule. */
export type Across = Pick<Slot, "providerId" | "scheduleId" | "start" | "end">;

/** As many as may lie at one time: seats, and what is blocked there. */
const mostSlots = 5_000;

/** What is stored across a time, as it counts now, in the order of the starts. */
export async function slotsAcross(
  { settings, now, until }: Looking,
  { providerId, scheduleId, ...range }: Across,
  statuses: readonly SlotStatus[] = listedStatuses,
): Promise<readonly Slot[]> {
  const place = { ...overlapping(range), providerIds: [providerId], scheduleId, statuses };
  const query = { ...place, asOf: now, displayOnly: true, limit: mostSlots };
  return (await settings.storage.findSlots(query, until)).map((slot) => slotAsOf(slot, now));
}

/** The same, read when it is first asked for, and once. */
export function readOnce<Read>(read: () => Promise<Read>): () => Promise<Read> {
  let reading: Promise<Read> | undefined;
  return () => {
    reading ??= read();
    return reading;
  };
}
