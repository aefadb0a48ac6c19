import { Dialog } from "../dialog/dialog.tsx";
import { useNames } from "../directory/use-names.ts";
import { visitorZone } from "../time/format.ts";
import { casesOf } from "./cases.ts";
import { MovedList } from "./moved.tsx";
import type { Run } from "./run.ts";
import { repairOf, unlistedOf, wordsOfCase } from "./sync-words.ts";

interface RepairDialogProps {
  readonly run: Run;
  readonly onRepair: () => void;
  readonly onClose: () => void;
}

/** Asks before anything is repaired, and says what the repair will do. */
export function RepairDialog({ run, onRepair, onClose }: RepairDialogProps) {
  const names = useNames();
  const findings = run.findings.filter(({ outcome }) => outcome === "repairable");
  const cases = casesOf({ ...run, findings }).map((one) => ({
    key: one.key,
    words: wordsOfCase(one, names, visitorZone()),
  }));
  const unlisted = unlistedOf(run.repairable, findings.length);
  return (
    <Dialog title={`${repairOf(run)}?`} role="alertdialog" onClose={onClose}>
      <ul className="sync-plan">
        {cases.map(({ key, words }) => (
          <li key={key}>
            <strong>{words.when}</strong> {words.zone !== null && <span className="sync-zone">{words.zone}</span>}
            <p className="muted">{words.where}</p>
            <p>{words.findings.map(({ remedy }) => remedy).join(" ")}</p>
          </li>
        ))}
      </ul>
      {unlisted !== null && <p className="muted">{unlisted}</p>}
      {run.movedCount > 0 && <MovedList run={run} only="repairable" />}
      <p className="muted">
        Each repair is noted in the history, in your name. Faults that have come up since the check are repaired with
        them.
      </p>
      <div className="dialog-buttons">
        <button type="button" className="button" onClick={onClose}>
          Leave as it is
        </button>
        <button
          type="button"
          className="button button-primary"
          onClick={() => {
            onClose();
            onRepair();
          }}
        >
          Repair
        </button>
      </div>
    </Dialog>
  );
}
