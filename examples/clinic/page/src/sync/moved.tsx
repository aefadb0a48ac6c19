import type { MovedSlot } from "@slotwright/core";
import { useNames } from "../directory/use-names.ts";
import { visitorZone } from "../time/format.ts";
import type { Run } from "./run.ts";
import { movedTitleOf, unlistedMoved, wordsOfMoved } from "./sync-words.ts";

/** Slots that the clocks show at another time than when they were published. */
export function Moved({ run }: { readonly run: Run }) {
  return (
    <div className="sync-part">
      <h3>{movedTitleOf(run)}</h3>
      <p className="muted">The rules of a time zone have changed since these slots were published.</p>
      <MovedList run={run} />
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
  const unlisted = unlistedMoved(run);
  return (
    <>
      {moved.length > 0 && (
        <ul className="sync-plan">
          {moved.map((one) => {
            const words = wordsOfMoved(one, run.known.slots.get(one.slotId), names, visitorZone());
            return (
              <li key={one.slotId}>
                <strong>{words.time}</strong>, {words.other}
                {words.where !== null && <p className="muted">{words.where}</p>}
                <p>{words.remedy}</p>
              </li>
            );
          })}
        </ul>
      )}
      {unlisted > 0 && <p className="muted">{unlisted} more are counted, but not listed.</p>}
    </>
  );
}
