import type { ShownAppointment } from "@slotwright/client";
import { useClient } from "@slotwright/client/react";
import { useNames } from "../../directory/use-names.ts";
import type { Offer } from "../../notices/notice-list.ts";
import { useNotices } from "../../notices/notices.tsx";
import { formatWhen } from "../../time/format.ts";
import { lengthOf } from "../find/time-list.tsx";
import { canMoveTo, endOf } from "./moves.ts";
import { TimeDialog } from "./time-dialog.tsx";

interface MoveDialogProps {
  readonly appointment: ShownAppointment;
  readonly onClose: () => void;
}

const words = {
  title: "Move to another time",
  none: "Nothing else is free within four weeks. Cancel it, and ask for a time that suits you.",
  keep: "Keep it",
  act: "Move",
} as const;

/** Moves to another free time of the same provider and place. The old one is freed in the same step. */
export function MoveDialog({ appointment, onClose }: MoveDialogProps) {
  const names = useNames();
  const move = useMove();
  const zone = names.zone(appointment.facilityId);
  return (
    <TimeDialog
      appointment={appointment}
      words={words}
      onChoose={(chosen) => move(appointment, chosen)}
      onClose={onClose}
    >
      <p>
        Now: <strong>{formatWhen(appointment.start, appointment.end, zone)}</strong>,{" "}
        {lengthOf(appointment.start, appointment.end)} with {names.provider(appointment.providerId)}. It stays yours
        until the new time is.
      </p>
    </TimeDialog>
  );
}

function useMove(): (appointment: ShownAppointment, to: Offer) => void {
  const { commands } = useClient();
  const { refused, told } = useNotices();
  const names = useNames();
  return function move(appointment, { slotId, start }) {
    const { id: appointmentId, providerId, facilityId } = appointment;
    const zone = names.zone(facilityId);
    const end = endOf(appointment, start);
    const when = formatWhen(start, end, zone);
    commands
      .reschedule({ appointmentId, slotId, start, end, alternatives: 3 })
      .then(() => told(`Moved to ${when}.`))
      .catch((error: unknown) =>
        refused(error, {
          what: `It was not moved to ${when}, and stays at ${formatWhen(appointment.start, appointment.end, zone)}.`,
          suits: (offer) => canMoveTo(appointment, offer),
          wanted: { slotId, providerId, facilityId, start, end },
          again: (offer) => move(appointment, offer),
        }),
      );
  };
}
