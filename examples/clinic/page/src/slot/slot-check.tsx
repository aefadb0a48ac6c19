import type { ShownSlot } from "@slotwright/client";
import { useClient } from "@slotwright/client/react";
import { useState } from "react";
import { useNames } from "../directory/use-names.ts";
import { useNotices } from "../notices/notices.tsx";
import { wordsOfCase } from "../sync/sync-words.ts";
import { visitorZone } from "../time/format.ts";
import { checkSlot, type SlotFindings } from "./check-slot.ts";

/** Whether the slot and its appointment say the same, when somebody asks; and the repair, where there is one. */
export function SlotCheck({ slot }: { readonly slot: ShownSlot }) {
  const { cases, isBusy, check, repair } = useCheck(slot);
  const names = useNames();
  const findings = cases?.flatMap((found) => wordsOfCase(found, names, visitorZone()).findings) ?? [];
  const canRepair = findings.some(({ label }) => label === "Repair");
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
          {isBusy ? "Checking…" : verdictOf(cases?.length)}
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

function verdictOf(cases: number | undefined): string {
  if (cases === undefined) return "";
  return cases === 0 ? "✓ Slot and appointment agree" : "! Slot and appointment do not agree";
}

function useCheck(slot: ShownSlot) {
  const { calls } = useClient();
  const { refused, told } = useNotices();
  const [state, setState] = useState<SlotFindings | null>(null);
  const [isBusy, setBusy] = useState(false);

  function run(work: () => Promise<SlotFindings>, what: string): void {
    if (isBusy) return;
    setBusy(true);
    work()
      .then(setState)
      .catch((error: unknown) => refused(error, { what }))
      .finally(() => setBusy(false));
  }

  /** The engine repairs what begins in a range, and not one slot: an appointment may begin later than its slot. */
  async function repaired(): Promise<SlotFindings> {
    const { repaired: count } = await calls.reconcile({ from: slot.start, to: slot.end });
    told(count === 0 ? "Nothing was left to repair." : "The slot is repaired.");
    return checkSlot(calls, slot.id);
  }

  return {
    cases: state?.version === slot.version ? state.cases : undefined,
    isBusy,
    check: () => run(() => checkSlot(calls, slot.id), "The slot could not be checked."),
    repair: () => run(repaired, "The slot could not be repaired."),
  };
}
