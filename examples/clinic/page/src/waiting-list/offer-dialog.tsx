import type { ShownAppointment } from "@slotwright/client";
import { useClient } from "@slotwright/client/react";
import type { Override } from "@slotwright/core";
import { useNames } from "../directory/use-names.ts";
import type { Offer } from "../notices/notice-list.ts";
import { useNotices } from "../notices/notices.tsx";
import { passing, passingActions } from "../notices/passing.ts";
import { TimeDialog } from "../patient/appointments/time-dialog.tsx";
import { WhenWhere } from "../patient/book/when-where.tsx";
import { formatRange, formatShortDay } from "../time/format.ts";

interface OfferDialogProps {
  readonly appointment: ShownAppointment;
  readonly onClose: () => void;
}

const words = {
  none: "Nothing is free within four weeks. Publish or free a slot first, or decline the request.",
  keep: "Offer nothing",
  act: "Offer it",
} as const;

/** What is offered is held until then, and only a slot can be. */
const noTimes: readonly never[] = [];

/** So long a patient has to answer. */
const answerSeconds = 48 * 60 * 60;

/** Another free time, which is kept for the patient until they answer. */
export function OfferDialog({ appointment, onClose }: OfferDialogProps) {
  const names = useNames();
  const offer = useOffer();
  return (
    <TimeDialog
      appointment={appointment}
      times={noTimes}
      words={{ ...words, title: `Offer ${names.patient(appointment.subjectId)} another time` }}
      onChoose={(chosen) => offer(appointment, chosen)}
      onClose={onClose}
    >
      <div>
        <p className="field-label">Asked for</p>
        <WhenWhere {...appointment} />
      </div>
      <p className="muted">The time is kept for two days, or until the patient answers.</p>
    </TimeDialog>
  );
}

function useOffer(): (appointment: ShownAppointment, to: Offer, override?: readonly Override[]) => void {
  const { commands } = useClient();
  const { refused, told } = useNotices();
  const names = useNames();
  return function offer(appointment, to, override = []) {
    const { slotId, start } = to;
    const { id: appointmentId, providerId, facilityId, subjectId } = appointment;
    const zone = names.zone(facilityId);
    const who = names.patient(subjectId);
    // The visit keeps its length, also in a longer slot.
    const end = new Date(start.getTime() + appointment.end.getTime() - appointment.start.getTime());
    const when = `${formatShortDay(start, zone)}, ${formatRange(start, end, zone)}`;
    commands
      .offer({ appointmentId, slotId, start, end, seconds: answerSeconds, alternatives: 3, ...passing(override) })
      .then(() => told(`Offered to ${who}: ${when}.`))
      .catch((error: unknown) =>
        refused(error, {
          what: `${when} was not offered.`,
          wanted: { slotId, providerId, facilityId, start, end },
          again: (other) => offer(appointment, other),
          actions: passingActions(error, `Offer it to ${who} all the same?`, (passed) =>
            offer(appointment, to, [...override, passed]),
          ),
        }),
      );
  };
}
