import type { ShownAppointment } from "@slotwright/client";
import { useClient } from "@slotwright/client/react";
import type { Override } from "@slotwright/core";
import { useCallback } from "react";
import { useNames } from "../directory/use-names.ts";
import { useNotices } from "../notices/notices.tsx";
import { passing, passingActions } from "../notices/passing.ts";
import { formatRange, formatShortDay } from "../time/format.ts";

/**
 * Takes an appointment that waits into a slot, or without one at the time that it asked for, and tells what became of it. It
 * shows at once.
 */
export function useAccept(): (
  appointment: ShownAppointment,
  slotId: string | null,
  override?: readonly Override[],
) => void {
  const { commands } = useClient();
  const { refused, told } = useNotices();
  const names = useNames();
  return useCallback(
    function accept(appointment: ShownAppointment, slotId: string | null, override: readonly Override[] = []): void {
      const { id: appointmentId, providerId, facilityId, start, end, subjectId } = appointment;
      const zone = names.zone(facilityId);
      const who = names.patient(subjectId);
      commands
        .accept({ appointmentId, slotId: slotId ?? undefined, alternatives: 3, ...passing(override) })
        .then(({ appointment: { start, end } }) =>
          told(`${who} has ${formatShortDay(start, zone)}, ${formatRange(start, end, zone)}.`),
        )
        .catch((error: unknown) =>
          refused(error, {
            what: `${who} was not accepted, and waits as before.`,
            wanted: { slotId: slotId ?? undefined, providerId, facilityId, start, end },
            again: (offer) => accept(appointment, offer.slotId),
            actions: passingActions(error, `Accept ${who} all the same?`, (passed) =>
              accept(appointment, slotId, [...override, passed]),
            ),
          }),
        );
    },
    [commands, refused, told, names],
  );
}
