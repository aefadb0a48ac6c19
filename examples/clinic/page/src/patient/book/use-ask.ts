import { useClient } from "@slotwright/client/react";
import type { OpenSlot } from "@slotwright/core";
import { useNames } from "../../directory/use-names.ts";
import { useNotices } from "../../notices/notices.tsx";
import { useDirectory } from "../../person.ts";
import { formatWhen } from "../../time/format.ts";
import type { Request } from "./request.ts";
import { useBook } from "./use-book.ts";
import { metadataOf, type Visit } from "./visit.ts";

const answered = { text: "It is among your appointments, and changes there when the practice answers." };

type Asked = Omit<Request, "date" | "time" | "minutes"> & { readonly start: Date; readonly end: Date };

/** Asks: the practice decides, also where a slot is free. */
export function useAsk(): (asked: Asked, visit: Visit) => void {
  const { commands } = useClient();
  const { refused, told } = useNotices();
  const { me } = useDirectory();
  const names = useNames();
  const book = useBook();
  return ({ providerId, facilityId, start, end }, visit) => {
    const zone = names.zone(facilityId);
    const when = `${formatWhen(start, end, zone)}, with ${names.provider(providerId)}`;
    commands
      .request({ subjectId: me.id, providerId, facilityId, start, end, metadata: metadataOf(visit) })
      .then(() => told(`Asked for: ${when}.`, answered))
      .catch((error: unknown) =>
        refused(error, {
          what: "The time was not asked for.",
          wanted: { providerId, facilityId, start, end },
          again: (offer) => book({ providerId, facilityId, ...offer }, visit),
          againAt: (time) => book({ providerId, facilityId, ...time }, visit),
        }),
      );
  };
}

const daySeconds = 24 * 60 * 60;

/** Asks for one of several slots, the best first. They may be kept meanwhile. */
export function useAskForOneOf(): (slots: readonly OpenSlot[], visit: Visit, isKept: boolean) => void {
  const { commands } = useClient();
  const { refused, told } = useNotices();
  const { me } = useDirectory();
  return ([first, ...others], visit, isKept) => {
    if (first === undefined) return;
    const { slotId } = first;
    const orSlotIds = others.map((slot) => slot.slotId);
    const asked = { slotId, orSlotIds, subjectId: me.id, metadata: metadataOf(visit) };
    commands
      .request(isKept ? { ...asked, holdSeconds: daySeconds } : asked)
      .then(() =>
        told(others.length === 0 ? "Asked for the time." : `Asked for one of ${others.length + 1} times.`, answered),
      )
      .catch((error: unknown) => refused(error, { what: "The times were not asked for." }));
  };
}
