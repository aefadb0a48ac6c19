import type { MovedSlot } from "@slotwright/core";
import { useNames } from "../directory/use-names.ts";
import { visitorZone } from "../time/format.ts";
import type { Run } from "./run.ts";
import { movedTitleOf, wordsOfMoved } from "./sync-words.ts";

/** Slots that the clocks show at another time than when they were made. */
export function Moved({ run }: { readonly run: Run }) {
  const unlisted = run.movedCount - run.moved.length;
  return (
    <div className="sync-part">
      <h3>{movedTitleOf(run)}</h3>
      <p className="muted">The rules of a time zone have changed since these slots were made of somebody's hours.</p>
      <MovedList run={run} />
      {unlisted > 0 && <p className="muted">{unlisted} more are counted, but not listed.</p>}
    </div>
  );
}

interface MovedListProps {
  readonly run: Run;
  /** Default: all. */
  readonly only?: MovedSlot["outcome"];
}

export function MovedList({ run, only }: MovedListProps) {
  const names = useNames();
  const moved = run.moved.filter(({ outcome }) => only === undefined || outcome === only);
  if (moved.length === 0) return null;
  return (
    <ul className="sync-plan">
      {moved.map((one) => {
        const words = wordsOfMoved(one, run.known.slots.get(one.slotId), names, visitorZone());
        return (
          <li key={one.slotId}>
            <strong>{words.was}</strong>, instead of {words.becomes}
            <p className="muted">{words.where}</p>
            <p>{words.remedy}</p>
          </li>
        );
      })}
    </ul>
  );
}
