import { type FormEvent, useState } from "react";
import type { CalendarSlot } from "../calendar/slot-words.ts";
import { useSlotCommands } from "./use-slot-commands.ts";

/** As long as the engine takes. */
const longest = 500;

/** What can be done now, by the status of the slot and of its appointment. */
export function SlotActions({ shown }: { readonly shown: CalendarSlot }) {
  const { block, unblock, cancel, checkIn, complete, markNoShow } = useSlotCommands(shown);
  const [asks, setAsks] = useState(false);
  const { slot, appointment } = shown;
  const isFree = slot.status === "available";
  const canCancel = appointment?.status === "confirmed" || appointment?.status === "checked_in";
  if (asks && (isFree || canCancel)) {
    const words = isFree
      ? { question: "Why is it blocked? (optional)", act: "Block it", keep: "Leave it free" }
      : { question: "Why is it cancelled? (optional; the patient reads it)", act: "Cancel it", keep: "Keep it" };
    const act = isFree ? block : cancel;
    return (
      <ReasonForm
        {...words}
        isDangerous={!isFree}
        onEnd={(reason) => {
          setAsks(false);
          if (reason !== null) act(reason);
        }}
      />
    );
  }
  return (
    <div className="slot-actions">
      {isFree && <Action label="Block" act={() => setAsks(true)} />}
      {slot.status === "blocked" && <Action label="Unblock" act={unblock} />}
      {appointment?.status === "confirmed" && <Action label="Check in" act={checkIn} />}
      {appointment?.status === "checked_in" && <Action label="Complete" act={complete} />}
      {appointment?.status === "confirmed" && <Action label="Did not come" act={markNoShow} />}
      {canCancel && <Action label="Cancel the appointment" act={() => setAsks(true)} />}
    </div>
  );
}

function Action({ label, act }: { readonly label: string; readonly act: () => void }) {
  return (
    <button type="button" className="button" onClick={act}>
      {label}
    </button>
  );
}

interface ReasonFormProps {
  readonly question: string;
  readonly act: string;
  readonly keep: string;
  readonly isDangerous: boolean;
  /** Null: leave it as it is. */
  readonly onEnd: (reason: string | null) => void;
}

/** Asks once more, and for the reason. */
function ReasonForm({ question, act, keep, isDangerous, onEnd }: ReasonFormProps) {
  const [reason, setReason] = useState("");
  function submit(event: FormEvent): void {
    event.preventDefault();
    onEnd(reason.trim());
  }
  return (
    <form className="slot-reason-form" onSubmit={submit}>
      <div className="field">
        <label htmlFor="slot-reason">{question}</label>
        <input
          id="slot-reason"
          // biome-ignore lint/a11y/noAutofocus: the button that had the focus has just made place for this.
          autoFocus
          maxLength={longest}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
      </div>
      <div className="dialog-buttons">
        <button type="button" className="button" onClick={() => onEnd(null)}>
          {keep}
        </button>
        <button type="submit" className={`button ${isDangerous ? "button-danger" : "button-primary"}`}>
          {act}
        </button>
      </div>
    </form>
  );
}
