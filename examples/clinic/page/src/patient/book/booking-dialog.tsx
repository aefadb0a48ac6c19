import { useSlots } from "@slotwright/client/react";
import type { FreeTime } from "@slotwright/core";
import { slotStatuses } from "@slotwright/core/client";
import { type FormEvent, useEffect, useState } from "react";
import { Dialog } from "../../dialog/dialog.tsx";
import "./booking.css";
import { HoldClock } from "./hold-clock.tsx";
import { HoldEnded } from "./hold-ended.tsx";
import type { Hold, Keeping, SeenSlot } from "./use-hold.ts";
import { noVisit, type Visit } from "./visit.ts";
import { VisitFields } from "./visit-fields.tsx";
import { WhenWhere } from "./when-where.tsx";

interface BookingDialogProps {
  readonly hold: Hold & { readonly keeping: Keeping };
  /** Books the time that is kept. */
  readonly onBook: (offer: FreeTime, visit: Visit, token: string | undefined) => void;
}

/** The form of a booking, while its time is kept. What was written stays, whatever becomes of the time. */
export function BookingDialog({ hold, onBook }: BookingDialogProps) {
  const [visit, setVisit] = useState<Visit>(noVisit);
  const { keeping, keep, giveBack } = hold;
  const { offer } = keeping;
  const slot = useFollowed(offer, keeping.name === "kept" ? keeping.slotId : offer.slotId);
  const { seen } = hold;
  useEffect(() => {
    if (slot !== undefined) seen(slot);
  }, [slot, seen]);
  const canBook = keeping.name === "kept" || keeping.name === "unreachable";

  function book(event: FormEvent): void {
    event.preventDefault();
    if (!canBook || visit.purpose.trim() === "") return;
    hold.letGo();
    if (keeping.name === "kept") onBook({ ...offer, slotId: keeping.slotId }, visit, keeping.token);
    else onBook(offer, visit, undefined);
  }

  return (
    <Dialog title="Book this time" onClose={giveBack}>
      <WhenWhere {...offer} />
      <KeepingState hold={hold} onKeep={keep} />
      <form className="booking-form" onSubmit={book}>
        <VisitFields visit={visit} onVisit={setVisit} />
        <div className="dialog-buttons">
          <button type="button" className="button" onClick={giveBack}>
            Cancel
          </button>
          <button type="submit" className="button button-primary" disabled={!canBook}>
            Book
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** How it stands with the time. It has the same height in all of its states. */
function KeepingState({
  hold: { keeping, seconds, keepLonger },
  onKeep,
}: {
  readonly hold: BookingDialogProps["hold"];
  readonly onKeep: Hold["keep"];
}) {
  switch (keeping.name) {
    case "asking":
      return (
        <div className="hold-clock">
          <div className="hold-row">
            <p>Keeping this time for you…</p>
          </div>
          <div className="hold-bar" aria-hidden="true" />
        </div>
      );
    case "kept":
      return <HoldClock endsAt={keeping.endsAt} seconds={seconds} onKeepLonger={keepLonger} />;
    case "unreachable":
      return (
        <p className="hold-note" role="status">
          The server cannot be reached, so this time is not kept for you. You can book it all the same: it is sent as
          soon as you are back, and you hear whether somebody was faster.
        </p>
      );
    default:
      return <HoldEnded keeping={keeping} onKeep={onKeep} />;
  }
}

/** The slot is followed while it is chosen, so that what others do with it shows at once. One that was made for a hold may be withdrawn. */
export function useFollowed({ start, providerId, facilityId }: FreeTime, slotId: string | null): SeenSlot | undefined {
  const until = new Date(start.getTime() + 1);
  const { items } = useSlots({ from: start, to: until, providerIds: [providerId], facilityId, statuses: slotStatuses });
  return items.find(({ id }) => id === slotId);
}
