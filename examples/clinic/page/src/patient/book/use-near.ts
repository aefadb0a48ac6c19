import { useOpenSlots } from "@slotwright/client/react";
import type { OpenSlot } from "@slotwright/core";
import { nearest } from "../../notices/near.ts";
import { useDirectory } from "../../person.ts";

const aroundMs = 7 * 24 * 60 * 60 * 1000;

/** Free times of the same provider and facility near one, live, and at least as long. */
export function useNear({ slotId, providerId, facilityId, start, end }: OpenSlot, most = 3): readonly OpenSlot[] {
  const [from, to] = [new Date(start.getTime() - aroundMs), new Date(start.getTime() + aroundMs)];
  const { me } = useDirectory();
  const { items } = useOpenSlots({ providerIds: [providerId], facilityId, from, to, subjectId: me.id, limit: 500 });
  const length = end.getTime() - start.getTime();
  const others = items.filter(
    (other) => other.slotId !== slotId && other.end.getTime() - other.start.getTime() >= length,
  );
  return nearest(others, start, most);
}
