import { useClient } from "@slotwright/client/react";
import { useRef, useState } from "react";
import type { CalendarSlot } from "../calendar/slot-words.ts";
import { wordsOf } from "../notices/in-words.ts";
import { useNotices } from "../notices/notices.tsx";
import { CancelDialog } from "../patient/appointments/cancel-dialog.tsx";
import { type ActionName, actionLabels, actionsOf } from "./action-words.ts";
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
  const section = useRef<HTMLElement>(null);
  const give = useGive(about);
  const actions = actionsOf(slot.status, appointment?.status);
  if (actions.length === 0) return <NothingToDo status={slot.status} />;

  function act(name: ActionName): void {
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
      {slot.status !== "booked" && <ReasonField id="slot-reason" text={reason} onText={setReason} />}
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

const classOf = (name: ActionName): string => (name === "cancel" ? "button button-danger" : "button");

function NothingToDo({ status }: { readonly status: CalendarSlot["slot"]["status"] }) {
  if (status !== "held") return null;
  return (
    <p className="muted">
      Somebody holds this slot while they fill in a form. Until it is booked or given back, nobody else can have it.
    </p>
  );
}

function useGive({ slot, appointment }: CalendarSlot): (name: Exclude<ActionName, "cancel">, reason: string) => void {
  const { commands } = useClient();
  const { refused, told } = useNotices();
  return (name, text) => {
    const reason = text === "" ? {} : { reason: text };
    const answer =
      name === "block" || name === "unblock"
        ? commands[name]({ slotId: slot.id, ...reason })
        : commands[name]({ appointmentId: appointment?.id ?? "", ...reason });
    const { done, refused: what } = wordsOf(name);
    answer.then(() => told(done)).catch((error: unknown) => refused(error, { what }));
  };
}
