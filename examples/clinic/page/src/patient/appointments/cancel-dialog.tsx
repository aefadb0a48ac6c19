import type { ShownAppointment } from "@slotwright/client";
import { useClient } from "@slotwright/client/react";
import { type FormEvent, useState } from "react";
import { Dialog } from "../../dialog/dialog.tsx";
import { useNames } from "../../directory/use-names.ts";
import { longestReason } from "../../fields/reason.ts";
import { useNotices } from "../../notices/notices.tsx";
import { formatWhen } from "../../time/format.ts";
import { WhenWhere } from "../book/when-where.tsx";
import "../book/booking.css";

interface CancelDialogProps {
  readonly appointment: ShownAppointment;
  readonly onClose: () => void;
  /** Who is asked: the patient cancels, the practice declines what waits. */
  readonly words: { readonly title: string; readonly question: string; readonly keep: string; readonly act: string };
  /** What is told of it afterwards. */
  readonly done: string;
  /** The practice declines what waits: with a reason. */
  readonly isDecline?: boolean;
}

/** Asks before an appointment is cancelled, or declined, and for the reason. */
export function CancelDialog({ appointment, onClose, words, done, isDecline = false }: CancelDialogProps) {
  const [reason, setReason] = useState("");
  const end = useEnding(done, isDecline);

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (isDecline && reason.trim() === "") return;
    onClose();
    end(appointment, reason.trim());
  }

  return (
    <Dialog title={words.title} role="alertdialog" onClose={onClose}>
      <WhenWhere {...appointment} />
      <form className="booking-form" onSubmit={submit}>
        <div className="field">
          <label htmlFor="cancel-reason">{words.question}</label>
          <textarea
            id="cancel-reason"
            maxLength={longestReason}
            required={isDecline}
            aria-describedby="cancel-left"
            value={reason}
            onChange={({ target }) => setReason(target.value)}
          />
          <p className="field-hint" id="cancel-left">
            Up to {longestReason} characters, {longestReason - reason.length} left
          </p>
        </div>
        <div className="dialog-buttons">
          <button type="button" className="button" onClick={onClose}>
            {words.keep}
          </button>
          <button type="submit" className="button button-danger">
            {words.act}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function useEnding(done: string, isDecline: boolean): (appointment: ShownAppointment, reason: string) => void {
  const { commands } = useClient();
  const { refused, told } = useNotices();
  const names = useNames();
  return ({ id: appointmentId, start, end, facilityId }, reason) => {
    const zone = names.zone(facilityId);
    const when = formatWhen(start, end, zone);
    const ended = isDecline
      ? commands.decline({ appointmentId, reason })
      : commands.cancel(reason === "" ? { appointmentId } : { appointmentId, reason });
    ended
      .then(() => told(`${done}: ${when}.`))
      .catch((error: unknown) => refused(error, { what: `${when} stays as it was.` }));
  };
}
