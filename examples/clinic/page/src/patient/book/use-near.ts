import { useClient, useOpenSlots } from "@slotwright/client/react";
import type { FreeTime, OpenSlot } from "@slotwright/core";
import { nearest } from "../../notices/near.ts";
import { useDirectory } from "../../person.ts";
import { useAsked } from "../find/use-asked.ts";

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

/** Free times of the same length, provider and facility near one that no slot was made of. Undefined if they are not known yet. */
export function useNearTimes({
  slotId,
  providerId,
  facilityId,
  start,
  end,
}: FreeTime): readonly FreeTime[] | undefined {
  const { calls } = useClient();
  const { me } = useDirectory();
  const minutes = (end.getTime() - start.getTime()) / 60_000;
  return useAsked(JSON.stringify([slotId, providerId, facilityId, start, end]), async () => {
    if (slotId !== null) return [];
    const [from, to] = [new Date(start.getTime() - aroundMs), new Date(start.getTime() + aroundMs)];
    const wanted = { providerIds: [providerId], facilityId, minutes, subjectId: me.id, from, to, limit: 500 };
    return (await calls.findTimes(wanted)).items;
  });
}
