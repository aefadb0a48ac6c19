import { useState } from "react";
import "../styles/controls.css";
import { visitorZone } from "../time/format.ts";
import { CaseList } from "./case-list.tsx";
import { casesOf } from "./cases.ts";
import { Moved } from "./moved.tsx";
import { RepairDialog } from "./repair-dialog.tsx";
import { Repaired } from "./repaired.tsx";
import { StateCard } from "./state-card.tsx";
import { faultsTitleOf, unlistedOf } from "./sync-words.ts";
import { useResultFocus } from "./use-result-focus.ts";
import { useSyncCheck } from "./use-sync-check.ts";
import "./sync.css";

/** Whether slots and appointments agree, what does not, and its repair. */
export function SyncView() {
  const sync = useSyncCheck();
  const [asks, setAsks] = useState(false);
  const title = useResultFocus(sync.phase);
  const { check, repair } = sync;
  const isBusy = sync.phase !== "idle";
  const unlisted = check === null ? null : unlistedOf(check.repairable + check.manual, check.findings.length);
  return (
    <section className="sync" aria-labelledby="sync-title">
      <header className="sync-head">
        <div>
          <h2 id="sync-title">Sync check</h2>
          <p className="muted">
            Slots and appointments always agree, unless somebody has changed the database by hand.
          </p>
        </div>
        <button
          type="button"
          className="button"
          aria-disabled={isBusy || undefined}
          onClick={isBusy ? undefined : sync.checkAgain}
        >
          Check again
        </button>
      </header>
      <StateCard sync={sync} titleRef={title} onRepair={() => setAsks(true)} />
      {repair !== null && <Repaired run={repair} />}
      {check !== null && check.findings.length > 0 && (
        <div className="sync-part">
          <h3>{faultsTitleOf(check, sync.failure === null, visitorZone())}</h3>
          <CaseList cases={casesOf(check)} />
          {unlisted !== null && <p className="muted">{unlisted}</p>}
        </div>
      )}
      {check !== null && check.movedCount > 0 && <Moved run={check} />}
      {asks && check !== null && <RepairDialog run={check} onRepair={sync.repairAll} onClose={() => setAsks(false)} />}
    </section>
  );
}
