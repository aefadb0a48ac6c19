import type { Calls } from "@slotwright/client";
import type { Offer } from "./notice-list.ts";

/** A time that somebody wanted. */
export interface Wanted {
  readonly slotId?: string | undefined;
  readonly providerId: string;
  readonly facilityId: string;
  readonly start: Date;
  readonly end: Date;
}

/** How many free times before and after the wanted one are looked at. */
const lookedAt = 20;

/** The free times of the same provider and facility that are nearest to the wanted one and at least as long, in their order. */
export async function findNear(calls: Pick<Calls, "findOpen">, wanted: Wanted, most = 3): Promise<readonly Offer[]> {
  const { slotId, providerId, facilityId, start, end } = wanted;
  const search = { providerIds: [providerId], facilityId, limit: lookedAt };
  const pages = await Promise.all([
    calls.findOpen({ ...search, from: start }),
    calls.findOpen({ ...search, to: start, order: "latest" }),
  ]);
  const length = end.getTime() - start.getTime();
  const fitting = pages
    .flatMap(({ items }) => items)
    .filter((slot) => slot.slotId !== slotId && slot.end.getTime() - slot.start.getTime() >= length);
  return nearest(fitting, start, most);
}

/** Those nearest to an instant, in the order of their time. */
export function nearest<Slot extends Pick<Offer, "start">>(
  slots: readonly Slot[],
  start: Date,
  most: number,
): readonly Slot[] {
  const distance = (slot: Slot) => Math.abs(slot.start.getTime() - start.getTime());
  const near = [...slots].sort((one, other) => distance(one) - distance(other)).slice(0, most);
  return near.sort((one, other) => one.start.getTime() - other.start.getTime());
}
