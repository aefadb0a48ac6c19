import type { ShownSlot } from "@slotwright/client";
import { useClient } from "@slotwright/client/react";
import { useState } from "react";
import { useNames } from "../directory/use-names.ts";
import { useNotices } from "../notices/notices.tsx";
import { wordsOfCase } from "../sync/sync-words.ts";
import { visitorZone } from "../time/format.ts";
import { type SlotState, slotCase } from "./check-slot.ts";

/** Whether the slot and its appointment say the same, when somebody asks; and the repair, where there is one. */
export function SlotCheck({ slot }: { readonly slot: ShownSlot }) {
  const { state, isBusy, check, repair } = useCheck(slot);
  const names = useNames();
  const findings = state === null ? [] : wordsOfCase(state, names, visitorZone()).findings;
  const canRepair = state?.findings.some(({ outcome }) => outcome === "repairable") === true;
  return (
    <section className="slot-check" aria-label="Sync check">
      <div className="slot-buttons">
        <button type="button" className="button" aria-disabled={isBusy || undefined} onClick={check}>
          Check this slot
        </button>
        {canRepair && (
          <button type="button" className="button button-primary" aria-disabled={isBusy || undefined} onClick={repair}>
            Repair
          </button>
        )}
        <p className="slot-verdict" role="status">
          {isBusy ? "Checking…" : verdictOf(state?.findings.length)}
        </p>
      </div>
      {findings.map(({ problem, remedy, label }) => (
        <p key={problem}>
          {problem} <strong>{label}:</strong> {remedy}
        </p>
      ))}
    </section>
  );
}

function verdictOf(faults: number | undefined): string {
  if (faults === undefined) return "";
  return faults === 0 ? "✓ Slot and appointment agree" : "! Slot and appointment do not agree";
}

function useCheck(slot: ShownSlot) {
  const { calls } = useClient();
  const { refused, told } = useNotices();
  const [state, setState] = useState<SlotState | null>(null);
  const [isBusy, setBusy] = useState(false);

  function run(work: () => Promise<SlotState>, what: string): void {
    if (isBusy) return;
    setBusy(true);
    work()
      .then(setState)
      .catch((error: unknown) => refused(error, { what }))
      .finally(() => setBusy(false));
  }

  /** What is repaired is everything that begins when the slot does: the engine takes a range, and not one slot. */
  async function repaired(): Promise<SlotState> {
    const { repaired: count } = await calls.reconcile({ from: slot.start, to: new Date(slot.start.getTime() + 1) });
    told(count === 0 ? "Nothing was left to repair." : "The slot is repaired.");
    return slotCase(calls, slot.id);
  }

  return {
    state,
    isBusy,
    check: () => run(() => slotCase(calls, slot.id), "The slot could not be checked."),
    repair: () => run(repaired, "The slot could not be repaired."),
  };
}
