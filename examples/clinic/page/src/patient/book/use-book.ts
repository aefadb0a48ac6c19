import { isRequestError } from "@slotwright/client";
import { useClient } from "@slotwright/client/react";
import type { OpenSlot } from "@slotwright/core";
import { useCallback } from "react";
import { useNames } from "../../directory/use-names.ts";
import { useNotices } from "../../notices/notices.tsx";
import { useDirectory } from "../../person.ts";
import { go } from "../../shell/route.ts";
import { formatRange, formatWhen } from "../../time/format.ts";
import { metadataOf, type Visit } from "./visit.ts";

/** Without a slot, the time is booked as such: it may be one that the hours offer and that no slot has been made of. */
type Place = Pick<OpenSlot, "providerId" | "facilityId" | "start" | "end"> & { readonly slotId?: string | null };

const holdCodes: readonly string[] = ["hold_expired", "hold_not_found", "hold_not_owned"];

/** Books a time, and tells what became of it. It shows among the appointments at once. */
export function useBook(): (place: Place, visit: Visit, token?: string) => void {
  const { commands } = useClient();
  const { refused, told } = useNotices();
  const { me } = useDirectory();
  const names = useNames();
  return useCallback(
    function book(place: Place, visit: Visit, token?: string): void {
      const { slotId, providerId, facilityId, start, end } = place;
      const zone = names.zone(facilityId);
      const when = formatWhen(start, end, zone);
      const look = { label: "My appointments", act: () => go({ view: "appointments" }) };
      const anyway = { label: `Book ${formatRange(start, end, zone)} all the same`, act: () => book(place, visit) };
      const asked = { subjectId: me.id, metadata: metadataOf(visit), alternatives: 3 };
      const held = token === undefined ? {} : { holdToken: token };
      const input =
        typeof slotId === "string" ? { ...asked, slotId, ...held } : { ...asked, providerId, facilityId, start, end };
      commands
        .book(input)
        .then(() => told(`Booked: ${when}, with ${names.provider(providerId)}.`, { actions: [look] }))
        .catch((error: unknown) =>
          refused(error, {
            what: `${when} was not booked.`,
            wanted: { slotId: slotId ?? undefined, providerId, facilityId, start, end },
            again: (offer) => book({ ...place, ...offer }, visit),
            againAt: (time) => book({ ...place, ...time }, visit),
            actions: isRequestError(error) && holdCodes.includes(error.code) ? [anyway] : [],
          }),
        );
    },
    [commands, refused, told, me.id, names],
  );
}
