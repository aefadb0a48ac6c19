import type { ShownEntry, ShownSlot } from "@slotwright/client";
import { useClient } from "@slotwright/client/react";
import { useEffect, useState } from "react";
import { useNames } from "../directory/use-names.ts";
import { whyRefused } from "../notices/why.ts";
import { formatMoment, visitorZone } from "../time/format.ts";
import { type ChangeWords, changesInWords, entryInWords, overridesInWords } from "./entry-words.ts";

const page = 20;

interface Read {
  readonly entries: readonly ShownEntry[] | null;
  readonly next: string | null;
  readonly problem: string | null;
}

/** What happened to a slot, from the beginning, with before and after. It is read again when the slot changes. */
export function SlotHistory({ slot, zone }: { readonly slot: ShownSlot; readonly zone: string }) {
  const { entries, next, problem, more } = useHistory(slot);
  const names = useNames();
  return (
    <section className="slot-history" aria-label="What happened" aria-busy={entries === null}>
      <h3>What happened</h3>
      {problem !== null && <p className="muted">{problem}</p>}
      <ol>
        {(entries ?? []).map((entry) => (
          <li key={entry.version}>
            <p className="slot-entry">{entryInWords(entry, names)}</p>
            <Changes changes={changesInWords(entry, names, zone)} />
            {entry.reason !== null && <p className="slot-reason">“{entry.reason}”</p>}
            {overridesInWords(entry).map((sentence) => (
              <p key={sentence} className="slot-override">
                {sentence}
              </p>
            ))}
            <time dateTime={entry.at.toISOString()}>{formatMoment(entry.at, visitorZone())}</time>
          </li>
        ))}
      </ol>
      {next !== null && (
        <button type="button" className="button" onClick={more}>
          Show more
        </button>
      )}
    </section>
  );
}

/** Each field on a line: what it was, and what it became. */
function Changes({ changes }: { readonly changes: readonly ChangeWords[] }) {
  return (
    <dl className="slot-changes">
      {changes.map(({ name, before, after }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {before !== null && <Before text={before} />}
            <ins>
              <span className="visually-hidden">after: </span>
              {after}
            </ins>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Before({ text }: { readonly text: string }) {
  return (
    <>
      <del>
        <span className="visually-hidden">before: </span>
        {text}
      </del>
      <span aria-hidden="true"> → </span>
    </>
  );
}

function useHistory({ id: slotId, version }: ShownSlot): Read & { readonly more: () => void } {
  const { calls } = useClient();
  const [read, setRead] = useState<Read>({ entries: null, next: null, problem: null });
  const failed = (error: unknown): void =>
    setRead((before) => ({ ...before, problem: whyRefused(error, visitorZone()) }));
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version has a new entry.
  useEffect(() => {
    let isOver = false;
    calls
      .history({ slotId, limit: page })
      .then(({ items, nextCursor }) => !isOver && setRead({ entries: items, next: nextCursor, problem: null }))
      .catch((error: unknown) => !isOver && failed(error));
    return () => {
      isOver = true;
    };
  }, [calls, slotId, version]);

  function more(): void {
    calls
      .history({ slotId, limit: page, cursor: read.next ?? undefined })
      .then(({ items, nextCursor }) =>
        setRead(({ entries }) => ({ entries: [...(entries ?? []), ...items], next: nextCursor, problem: null })),
      )
      .catch(failed);
  }
  return { ...read, more };
}
