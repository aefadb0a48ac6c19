import { useClient } from "@slotwright/client/react";
import { useRef, useState } from "react";
import type { CalendarSlot } from "../calendar/slot-words.ts";
import { wordsOf } from "../notices/in-words.ts";
import { useNotices } from "../notices/notices.tsx";
import { CancelDialog } from "../patient/appointments/cancel-dialog.tsx";
import { type ActionName, actionLabels, actionsOf, busySourceOf, endsHold } from "./action-words.ts";
import { ReasonField } from "./reason-field.tsx";

const cancelWords = {
  title: "Cancel this appointment?",
  question: "Why? (optional; the patient reads it)",
  keep: "Keep it",
  act: "Cancel it",
} as const;

/** What can be done with the slot as it is. It shows at once; what is refused is taken back, and told. */
export function SlotActions({ about }: { readonly about: CalendarSlot }) {
  const { slot, appointment } = about;
  const [reason, setReason] = useState("");
  const [isCancelling, setCancelling] = useState(false);
  const [isReasonMissing, setReasonMissing] = useState(false);
  const section = useRef<HTMLElement>(null);
  const give = useGive(about);
  const actions = actionsOf(slot, appointment?.status);
  if (actions.length === 0) return <BusyElsewhere slot={slot} />;
  const isHeld = slot.status === "held";

  function act(name: ActionName): void {
    const isMissing = endsHold(name) && reason.trim() === "";
    setReasonMissing(isMissing);
    if (isMissing) {
      document.getElementById("slot-reason")?.focus();
      return;
    }
    if (name === "cancel") setCancelling(true);
    else {
      give(name, reason.trim());
      // Another button takes the place of the one that had the focus.
      section.current?.focus();
    }
    setReason("");
  }

  return (
    <section ref={section} tabIndex={-1} className="slot-actions" aria-label="What can be done">
      {isHeld && (
        <p className="muted">
          Somebody holds this slot while they fill in a form, or it is kept for somebody who waits. Until that time
          nobody else can have it.
        </p>
      )}
      {slot.status !== "booked" && (
        <ReasonField
          id="slot-reason"
          text={reason}
          onText={setReason}
          label={isHeld ? "Reason (the person who held it reads it)" : undefined}
          problem={isReasonMissing ? "Say why the hold is ended: it is written to the history." : null}
        />
      )}
      <div className="slot-buttons">
        {actions.map((name) => (
          <button key={name} type="button" className={classOf(name)} onClick={() => act(name)}>
            {actionLabels[name]}
            {name === "cancel" && "…"}
          </button>
        ))}
      </div>
      {isCancelling && appointment !== undefined && (
        <CancelDialog
          appointment={appointment}
          words={cancelWords}
          done="Cancelled"
          onClose={() => setCancelling(false)}
        />
      )}
    </section>
  );
}

/** Why nothing can be done about a time that another calendar has taken. */
function BusyElsewhere({ slot }: Pick<CalendarSlot, "slot">) {
  const source = busySourceOf(slot);
  if (slot.status !== "blocked" || source === null) return null;
  return (
    <p className="muted">
      Another calendar, “{source}”, is busy at this time. To free it, change it there, and take that calendar over again
      under “Hours”.
    </p>
  );
}

const classOf = (name: ActionName): string => (name === "cancel" || endsHold(name) ? "button button-danger" : "button");

function useGive({ slot, appointment }: CalendarSlot): (name: Exclude<ActionName, "cancel">, reason: string) => void {
  const { commands } = useClient();
  const { refused, told } = useNotices();
  function given(name: Exclude<ActionName, "cancel">, text: string): Promise<object> {
    const reason = text === "" ? {} : { reason: text };
    const slotId = slot.id;
    if (endsHold(name)) return commands.breakHold({ slotId, reason: text, block: name === "breakHoldAndBlock" });
    if (name === "block" || name === "unblock") return commands[name]({ slotId, ...reason });
    return commands[name]({ appointmentId: appointment?.id ?? "", ...reason });
  }
  return (name, text) => {
    const { done, refused: what } = wordsOf(endsHold(name) ? "breakHold" : name);
    given(name, text)
      .then(() => told(done))
      .catch((error: unknown) => refused(error, { what }));
  };
}
