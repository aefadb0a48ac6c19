import type { ShownAppointment } from "@slotwright/client";
import { useClient } from "@slotwright/client/react";
import type { FreeTime } from "@slotwright/core";
import { useNames } from "../../directory/use-names.ts";
import type { Offer, OfferedTime } from "../../notices/notice-list.ts";
import { useNotices } from "../../notices/notices.tsx";
import { formatWhen } from "../../time/format.ts";
import { lengthOf } from "../find/time-list.tsx";
import { aheadMs, timesOfLength } from "../find/times-of-length.ts";
import { endsMs, unlessForGood, useAsked } from "../find/use-asked.ts";
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
      times={useOpenings(appointment)}
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

/** Times as long as the appointment that the hours offer and of which no slot was made. Undefined if they are not known yet. */
function useOpenings(appointment: ShownAppointment): readonly FreeTime[] | undefined {
  const { calls } = useClient();
  const { id, providerId, facilityId, start, end } = appointment;
  const minutes = (end.getTime() - start.getTime()) / 60_000;
  async function ask(): Promise<readonly FreeTime[]> {
    const from = new Date();
    const wanted = { providerIds: [providerId], facilityId, minutes, limit: 500 };
    const times = await timesOfLength(calls, { ...wanted, from, to: new Date(from.getTime() + aheadMs) });
    return times.filter(({ slotId }) => slotId === null);
  }
  return useAsked(`${id} ${minutes}`, () => ask().catch(unlessForGood([])), endsMs);
}

function useMove(): (appointment: ShownAppointment, to: Offer | OfferedTime) => void {
  const { commands } = useClient();
  const { refused, told } = useNotices();
  const names = useNames();
  return function move(appointment, { slotId, start }) {
    const { id: appointmentId, providerId, facilityId } = appointment;
    const zone = names.zone(facilityId);
    const end = endOf(appointment, start);
    const when = formatWhen(start, end, zone);
    const moved = { appointmentId, start, end, alternatives: 3 };
    // A time of which no slot was made is moved to as such.
    commands
      .reschedule(slotId === null ? moved : { ...moved, slotId })
      .then(() => told(`Moved to ${when}.`))
      .catch((error: unknown) =>
        refused(error, {
          what: `It was not moved to ${when}, and stays at ${formatWhen(appointment.start, appointment.end, zone)}.`,
          suits: (offer) => canMoveTo(appointment, offer),
          wanted: { slotId: slotId ?? undefined, providerId, facilityId, start, end },
          again: (offer) => move(appointment, offer),
          againAt: (time) => move(appointment, time),
        }),
      );
  };
}
