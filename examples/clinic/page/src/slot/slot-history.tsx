import type { ShownEntry } from "@slotwright/client";
import { useClient } from "@slotwright/client/react";
import { useEffect, useRef, useState } from "react";
import type { CalendarSlot } from "../calendar/slot-words.ts";
import { useNames } from "../directory/use-names.ts";
import { whyRefused } from "../notices/why.ts";
import { formatMoment } from "../time/format.ts";
import { changesOf, deedOf, type Told } from "./history-words.ts";

const pageSize = 10;

/** What became of a slot, the latest first, a page at a time. */
export function SlotHistory({ shown, zone }: { readonly shown: CalendarSlot; readonly zone: string }) {
  const names = useNames();
  const { slot, appointment, patient } = shown;
  const { entries, next, problem, more } = useSlotHistory(slot.id, slot.version);
  const told: Told = { names, zone, whose: (id) => (id === appointment?.id ? patient : null) };
  return (
    <section className="slot-part" aria-labelledby="slot-history">
      <h3 id="slot-history">History</h3>
      {problem !== null && <p className="field-problem">{problem}</p>}
      <ol className="slot-history">
        {entries.map((entry) => (
          <li key={entry.version}>
            <p>{deedOf(entry, names)}.</p>
            <p className="muted">
              <time dateTime={entry.at.toISOString()}>{formatMoment(entry.at, zone)}</time>
            </p>
            {entry.reason !== null && <p className="slot-reason">“{entry.reason}”</p>}
            <dl>
              {changesOf(entry, told).map(({ field, before, after }) => (
                <div key={field}>
                  <dt>{field}</dt>
                  <dd>
                    {before !== null && (
                      <>
                        <span className="visually-hidden">before: </span>
                        {before} <span aria-hidden="true">→</span>
                        <span className="visually-hidden">, after: </span>{" "}
                      </>
                    )}
                    <strong>{after}</strong>
                  </dd>
                </div>
              ))}
            </dl>
          </li>
        ))}
      </ol>
      {next !== null && (
        <button type="button" className="button button-small" onClick={more}>
          Earlier changes
        </button>
      )}
    </section>
  );
}

interface Read {
  readonly entries: readonly ShownEntry[];
  readonly next: string | null;
  readonly problem: string | null;
}

/** Read again from the latest when the slot changes. */
function useSlotHistory(slotId: string, version: number): Read & { readonly more: () => void } {
  const { calls } = useClient();
  const [read, setRead] = useState<Read>({ entries: [], next: null, problem: null });
  const run = useRef(0);

  function load(cursor: string | null, before: readonly ShownEntry[]): void {
    const mine = ++run.current;
    const asked = { slotId, limit: pageSize, newestFirst: true };
    calls.history(cursor === null ? asked : { ...asked, cursor }).then(
      ({ items, nextCursor }) => {
        if (mine === run.current) setRead({ entries: [...before, ...items], next: nextCursor, problem: null });
      },
      (error: unknown) => {
        if (mine === run.current) setRead((old) => ({ ...old, problem: whyRefused(error, "UTC") }));
      },
    );
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version has a new entry.
  useEffect(() => {
    load(null, []);
    return () => void run.current++;
  }, [calls, slotId, version]);
  return { ...read, more: () => load(read.next, read.entries) };
}
