import { useClient, useOpenSlots } from "@slotwright/client/react";
import type { FreeTime, OpenSlot } from "@slotwright/core";
import { nearest } from "../../notices/near.ts";
import { useDirectory } from "../../person.ts";
import { reached } from "../../time/instant.ts";
import { endsMs, useAsked } from "../find/use-asked.ts";

const aroundMs = 7 * 24 * 60 * 60 * 1000;

/** Free times of the same provider and facility near one, live, and at least as long. */
export function useNear({ slotId, providerId, facilityId, start, end }: FreeTime, most = 3): readonly OpenSlot[] {
  const [from, to] = [new Date(start.getTime() - aroundMs), new Date(start.getTime() + aroundMs)];
  const { me } = useDirectory();
  const { items } = useOpenSlots({ providerIds: [providerId], facilityId, from, to, subjectId: me.id, limit: 500 });
  const length = end.getTime() - start.getTime();
  const others = items.filter(
    (other) => other.slotId !== slotId && other.end.getTime() - other.start.getTime() >= length,
  );
  return nearest(others, start, most);
}

/** How many free times before and after the wanted one are looked at. */
const lookedAt = 20;

/**
 * Free times of the same length, provider and facility near one that no slot was made of, and that one, if it is free.
 * Undefined if they are not known yet.
 *
 * @param freeAt Until when a hold of the person's own may be in the way, in milliseconds. Nothing is asked before.
 */
export function useNearTimes(
  { slotId, providerId, facilityId, start, end }: FreeTime,
  freeAt = 0,
): readonly FreeTime[] | undefined {
  const { calls } = useClient();
  const { me } = useDirectory();
  const minutes = (end.getTime() - start.getTime()) / 60_000;
  const key = JSON.stringify([slotId, providerId, facilityId, start, end, freeAt]);
  async function ask(): Promise<readonly FreeTime[]> {
    if (slotId !== null) return [];
    await reached(freeAt);
    const wanted = { providerIds: [providerId], facilityId, minutes, subjectId: me.id, limit: lookedAt };
    const [from, to] = [new Date(start.getTime() - aroundMs), new Date(start.getTime() + aroundMs)];
    // The time itself is among the first ones from its start on, however many a page has.
    const pages = await Promise.all([
      calls.findTimes({ ...wanted, from: start, to }),
      calls.findTimes({ ...wanted, from, to: start, order: "latest" }),
    ]);
    return pages.flatMap(({ items }) => items);
  }
  return useAsked(key, ask, endsMs);
}
