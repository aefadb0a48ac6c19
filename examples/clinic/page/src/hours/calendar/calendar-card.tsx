import type { ImportedBusy } from "@slotwright/core";
import { useEffect, useState } from "react";
import { type Counted, Counts } from "../effect-card.tsx";
import { TakenList } from "../taken-list.tsx";
import type { HoursPlace } from "../use-hours.ts";
import { type Chosen, useCalendar } from "./use-calendar.ts";

interface CalendarCardProps {
  readonly place: HoursPlace;
  readonly until: Date;
}

/** Blocks the times at which another calendar is busy: what a file of it says, with what that would do before it is done. */
export function CalendarCard({ place, until }: CalendarCardProps) {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const { effect, ask, take } = useCalendar(place, until);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked anew for another file, name or end only.
  useEffect(() => void ask(chosen), [chosen, until]);
  return (
    <form
      className="hours-part calendar-form"
      aria-labelledby="calendar-title"
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen !== null && effect.name === "known") void take(chosen);
      }}
    >
      <h3 id="calendar-title">Another calendar</h3>
      <p className="muted">
        Where another calendar is busy, nothing can be booked here. What was taken over from it before is replaced.
      </p>
      <CalendarFields chosen={chosen} onChosen={setChosen} />
      {chosen !== null && (
        <div className="hours-row">
          <div role="status" className="calendar-effect" aria-busy={effect.name === "asking"}>
            {effect.name === "asking" && <p className="muted">Reading the calendar…</p>}
            {effect.name === "importing" && <p className="muted">Taking it over…</p>}
            {effect.name === "unknown" && <p className="field-problem">{effect.problem}</p>}
            {effect.name === "known" && <Counts rows={rowsOf(effect.effect)} />}
          </div>
          {effect.name === "known" && effect.effect.takenCount > 0 && (
            <TakenList
              text="These are within its times, and stay. Move or cancel them:"
              slots={effect.effect.taken}
              count={effect.effect.takenCount}
              {...{ place, until }}
            />
          )}
          <button type="submit" className="button" disabled={effect.name !== "known"}>
            Take it over
          </button>
        </div>
      )}
    </form>
  );
}

const rowsOf = ({ created, kept, withdrawn, blocked, freed, takenCount }: ImportedBusy): Counted => [
  ["Busy times that are new", created],
  ["Busy times that are known", kept],
  ["Busy times that are over", withdrawn],
  ["Free slots to be blocked", blocked],
  ["Slots to be free again", freed],
  ["Taken, and within its times", takenCount],
];

interface CalendarFieldsProps {
  readonly chosen: Chosen | null;
  readonly onChosen: (chosen: Chosen | null) => void;
}

function CalendarFields({ chosen, onChosen }: CalendarFieldsProps) {
  return (
    <div className="hours-line">
      <div className="field calendar-file">
        <label htmlFor="calendar-file">A file of it (.ics)</label>
        <input
          id="calendar-file"
          type="file"
          accept=".ics,text/calendar"
          onChange={({ target }) => {
            const file = target.files?.[0];
            onChosen(file === undefined ? null : { file, source: nameOf(file) });
          }}
        />
      </div>
      {chosen !== null && (
        <div className="field">
          <label htmlFor="calendar-name">Its name here</label>
          <input
            id="calendar-name"
            required
            maxLength={128}
            value={chosen.source}
            onChange={({ target }) => onChosen({ ...chosen, source: target.value })}
          />
        </div>
      )}
    </div>
  );
}

/** The next file of the same calendar has the same name, as a rule. */
const nameOf = ({ name }: File): string => name.replace(/( ?\(\d+\))?\.ics$/i, "").slice(0, 128);
