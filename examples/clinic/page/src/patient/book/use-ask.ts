import { useClient } from "@slotwright/client/react";
import { useNames } from "../../directory/use-names.ts";
import { useNotices } from "../../notices/notices.tsx";
import { useDirectory } from "../../person.ts";
import { formatWhen } from "../../time/format.ts";
import type { Request } from "./request.ts";
import { useBook } from "./use-book.ts";
import { metadataOf, type Visit } from "./visit.ts";

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
      .then(() =>
        told(`Asked for: ${when}.`, {
          text: "It is among your appointments, and changes there when the practice answers.",
        }),
      )
      .catch((error: unknown) =>
        refused(error, {
          what: "The time was not asked for.",
          wanted: { providerId, facilityId, start, end },
          again: (offer) => book({ providerId, facilityId, ...offer }, visit),
        }),
      );
  };
}
