import { visitorZone } from "../time/format.ts";
import { CaseList } from "./case-list.tsx";
import { casesOf } from "./cases.ts";
import { MovedList } from "./moved.tsx";
import type { Run } from "./run.ts";
import { repairedAtOf, repairedOf, unlistedOf } from "./sync-words.ts";

/** What the last repair did. */
export function Repaired({ run }: { readonly run: Run }) {
  const findings = run.findings.filter(({ outcome }) => outcome === "repaired");
  const unlisted = unlistedOf(run.repaired, findings.length);
  return (
    <div className="sync-part">
      <h3>{repairedOf(run)}</h3>
      <p className="muted">{repairedAtOf(run, visitorZone())}</p>
      <CaseList cases={casesOf({ ...run, findings })} />
      {unlisted !== null && <p className="muted">{unlisted}</p>}
      {run.movedCount > 0 && <MovedList run={run} only="repaired" />}
    </div>
  );
}
