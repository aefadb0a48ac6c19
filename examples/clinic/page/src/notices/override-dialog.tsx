import { type FormEvent, useState } from "react";
import { Dialog } from "../dialog/dialog.tsx";
import { ReasonField } from "../slot/reason-field.tsx";
import "../patient/book/booking.css";
import { askToPass, type Passing, usePassing } from "./override.ts";

/** Asks the staff why a rule is to be passed. */
export function OverrideDialog() {
  const passing = usePassing();
  return passing === null ? null : <Question key={passing.title} {...passing} />;
}

function Question({ title, problem, onReason }: Passing) {
  const [reason, setReason] = useState("");
  const [isMissing, setMissing] = useState(false);
  const close = () => askToPass(null);

  function submit(event: FormEvent): void {
    event.preventDefault();
    setMissing(reason.trim() === "");
    if (reason.trim() === "") return;
    close();
    onReason(reason.trim());
  }

  return (
    <Dialog title={title} role="alertdialog" onClose={close}>
      <p>{problem}</p>
      <form className="booking-form" onSubmit={submit}>
        <ReasonField
          id="override-reason"
          text={reason}
          onText={setReason}
          label="Why is the rule passed?"
          problem={isMissing ? "Say why: it is written to the history." : null}
        />
        <div className="dialog-buttons">
          <button type="button" className="button" onClick={close}>
            Keep to the rule
          </button>
          <button type="submit" className="button button-danger">
            Do it all the same
          </button>
        </div>
      </form>
    </Dialog>
  );
}
