import type { ShownAppointment, ShownEntry } from "@slotwright/client";
import { useClient } from "@slotwright/client/react";
import { useEffect, useState } from "react";
import { useNames } from "../../directory/use-names.ts";
import { whyRefused } from "../../notices/why.ts";
import { useDirectory } from "../../person.ts";
import { formatMoment, visitorZone } from "../../time/format.ts";
import { sentenceOf } from "./history-words.ts";

interface Read {
  readonly entries: readonly ShownEntry[] | null;
  readonly problem: string | null;
}

/** What became of an appointment, from the beginning. It is read again when the appointment changes. */
export function History({ appointment }: { readonly appointment: ShownAppointment }) {
  const { calls } = useClient();
  const { me } = useDirectory();
  const names = useNames();
  const { id: appointmentId, version, facilityId } = appointment;
  const [{ entries, problem }, setRead] = useState<Read>({ entries: null, problem: null });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version has a new entry.
  useEffect(() => {
    let isOver = false;
    calls.history({ appointmentId, limit: 100 }).then(
      ({ items }) => {
        if (!isOver) setRead({ entries: items, problem: null });
      },
      (error: unknown) => {
        if (!isOver) setRead((before) => ({ ...before, problem: whyRefused(error, visitorZone()) }));
      },
    );
    return () => {
      isOver = true;
    };
  }, [calls, appointmentId, version]);

  if (problem !== null && entries === null) return <p className="history muted">{problem}</p>;
  return (
    <ol className="history" aria-label="What happened" aria-busy={entries === null}>
      {(entries ?? []).map((entry) => (
        <li key={entry.version}>
          <p>{sentenceOf(entry, { id: me.id, names, zone: names.zone(facilityId) })}</p>
          {entry.reason !== null && <p className="history-reason">“{entry.reason}”</p>}
          <p className="history-at">
            <time dateTime={entry.at.toISOString()}>{formatMoment(entry.at, visitorZone())}</time>
          </p>
        </li>
      ))}
    </ol>
  );
}
