import type { ShownAppointment } from "@slotwright/client";
import { useClient } from "@slotwright/client/react";
import { requestState } from "@slotwright/core/client";
import { useNow } from "../../calendar/use-now.ts";
import { useNames } from "../../directory/use-names.ts";
import { useNotices } from "../../notices/notices.tsx";
import { formatRange, formatShortDay, formatTime } from "../../time/format.ts";

/** Another time that the practice offers, as long as it is kept: the patient takes it, or does not. */
export function OfferAnswer({ appointment }: { readonly appointment: ShownAppointment }) {
  const state = requestState(appointment, useNow());
  const answer = useAnswer(appointment);
  const names = useNames();
  const offer = appointment.request?.offer;
  if (state !== "offered" || offer === null || offer === undefined) return null;
  const zone = names.zone(appointment.facilityId);
  const when = `${formatShortDay(offer.start, zone)}, ${formatRange(offer.start, offer.end, zone)}`;
  return (
    <section className="appointment-offer" aria-label={`Offered instead: ${when}`}>
      <p>
        Offered instead: <strong>{when}</strong>. It is kept for you until {formatShortDay(offer.expiresAt, zone)},{" "}
        {formatTime(offer.expiresAt, zone)}.
      </p>
      <button type="button" className="button button-primary" onClick={() => answer("acceptOffer", when)}>
        Take this time
      </button>
      <button type="button" className="button" onClick={() => answer("declineOffer", when)}>
        Not this time
      </button>
    </section>
  );
}

function useAnswer({ id: appointmentId }: ShownAppointment) {
  const { commands } = useClient();
  const { refused, told } = useNotices();
  return (name: "acceptOffer" | "declineOffer", when: string): void => {
    const isTaken = name === "acceptOffer";
    commands[name]({ appointmentId })
      .then(() =>
        isTaken
          ? told(`Booked: ${when}.`)
          : told(`Not taken: ${when}.`, { text: "Your request waits for another answer." }),
      )
      .catch((error: unknown) => refused(error, { what: `Your answer to ${when} was not taken.` }));
  };
}
