import type { Ref } from "react";
import { whyRefused } from "../notices/why.ts";
import { visitorZone } from "../time/format.ts";
import type { Run } from "./run.ts";
import type { SyncState } from "./sync-check.ts";
import { busyOf, checkedOf, failureOf, isWell, progressOf, repairOf, titleOf } from "./sync-words.ts";

interface StateCardProps {
  readonly sync: SyncState;
  readonly titleRef: Ref<HTMLHeadingElement>;
  readonly onRepair: () => void;
}

/** What the check came to, or how far it is. It changes in its place, and keeps its height. */
export function StateCard({ sync, titleRef, onRepair }: StateCardProps) {
  const { tone, sign, title, text } = shownOf(sync);
  const { phase, check } = sync;
  return (
    <div className="sync-state" data-tone={tone}>
      <span className="sync-sign" aria-hidden="true">
        {sign}
      </span>
      <div className="sync-words" role="status">
        <h3 ref={titleRef} tabIndex={-1}>
          {title}
        </h3>
        <p className="muted">{text}</p>
      </div>
      {check !== null && repairOf(check) !== "" && (
        <RepairButton run={check} isBusy={phase !== "idle"} onRepair={onRepair} />
      )}
      <Bar sync={sync} />
    </div>
  );
}

interface RepairButtonProps {
  readonly run: Run;
  readonly isBusy: boolean;
  readonly onRepair: () => void;
}

function RepairButton({ run, isBusy, onRepair }: RepairButtonProps) {
  return (
    <button
      type="button"
      className="button button-primary"
      aria-disabled={isBusy || undefined}
      onClick={isBusy ? undefined : onRepair}
    >
      {repairOf(run)}…
    </button>
  );
}

/** At the foot of the card, where it takes no place. */
function Bar({ sync: { phase, progress } }: { readonly sync: SyncState }) {
  if (phase === "idle") return null;
  const { done, of } = progress ?? { done: 0, of: 1 };
  return <progress className="sync-bar" aria-label={busyOf(phase, false)} value={done} max={of} />;
}

interface Shown {
  readonly tone: "busy" | "agree" | "faults" | "failed";
  readonly sign: string;
  readonly title: string;
  readonly text: string;
}

function shownOf({ phase, progress, check, failure }: SyncState): Shown {
  if (phase !== "idle") {
    return { tone: "busy", sign: "…", title: busyOf(phase, check !== null), text: progressOf(progress) };
  }
  if (failure !== null) {
    return { tone: "failed", sign: "!", ...failureOf(failure.of, whyRefused(failure.error, visitorZone())) };
  }
  if (check === null) return { tone: "busy", sign: "…", title: busyOf("checking", false), text: progressOf(null) };
  const text = checkedOf(check, visitorZone());
  const [tone, sign] = isWell(check) ? (["agree", "✓"] as const) : (["faults", "!"] as const);
  return { tone, sign, title: titleOf(check), text };
}
