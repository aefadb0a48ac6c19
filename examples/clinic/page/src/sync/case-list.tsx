import { useNames } from "../directory/use-names.ts";
import { addressOf, go } from "../shell/route.ts";
import { dateOf } from "../time/days.ts";
import { visitorZone } from "../time/format.ts";
import type { Case } from "./cases.ts";
import { type CaseWords, type FindingWords, wordsOfCase } from "./sync-words.ts";

/** Cases one below the other, with what is wrong with each and what becomes of it. */
export function CaseList({ cases }: { readonly cases: readonly Case[] }) {
  return (
    <ol className="sync-cases">
      {cases.map((one) => (
        <li key={one.key}>
          <CaseCard found={one} />
        </li>
      ))}
    </ol>
  );
}

function CaseCard({ found }: { readonly found: Case }) {
  const words = wordsOfCase(found, useNames(), visitorZone());
  const id = `case-${found.key}`;
  return (
    <article className="sync-case" aria-labelledby={id}>
      <CaseHead words={words} id={id} />
      <ul className="sync-findings">
        {words.findings.map((finding) => (
          <li key={finding.problem + finding.remedy}>
            <FindingLine finding={finding} />
          </li>
        ))}
      </ul>
      <CalendarLink found={found} when={words.when} />
    </article>
  );
}

function CaseHead({ words: { when, zone, who, where }, id }: { readonly words: CaseWords; readonly id: string }) {
  return (
    <header>
      <h4 id={id}>
        {when} {zone !== null && <span className="sync-zone">{zone}</span>}
      </h4>
      <p>{who}</p>
      <p className="muted">{where}</p>
    </header>
  );
}

function FindingLine({ finding: { problem, remedy, label } }: { readonly finding: FindingWords }) {
  return (
    <>
      {label !== "Repaired" && <p>{problem}</p>}
      <p className="sync-remedy" data-label={label}>
        <span aria-hidden="true">{signs[label]}</span> <strong>{label}:</strong> {remedy}
      </p>
    </>
  );
}

const signs = { Repair: "→", Repaired: "✓", "A person must decide": "?" } as const;

/** Where a person looks before they decide. */
function CalendarLink({ found: { slots, appointments }, when }: { readonly found: Case; readonly when: string }) {
  const names = useNames();
  const item = slots[0] ?? appointments[0];
  if (item === undefined) return null;
  const { start, facilityId, providerId } = item;
  const day = dateOf(start, names.zone(facilityId));
  const place = {
    view: "calendar",
    day,
    facility: facilityId,
    provider: providerId,
    slot: slots[0]?.id ?? null,
  } as const;
  return (
    <a
      className="sync-link"
      href={addressOf(location.search, place)}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        go(place);
      }}
    >
      Show in the calendar<span className="visually-hidden">: {when}</span>
    </a>
  );
}
