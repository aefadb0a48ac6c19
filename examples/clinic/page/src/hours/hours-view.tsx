import { useMemo, useRef, useState } from "react";
import "../styles/controls.css";
import { facilitiesOf } from "../calendar/place.ts";
import { Options } from "../fields/options.tsx";
import { SelectField } from "../fields/select-field.tsx";
import { useDirectory } from "../person.ts";
import { useRoute } from "../shell/route.ts";
import { addDays, dateOf } from "../time/days.ts";
import { formatZone } from "../time/format.ts";
import { CalendarCard } from "./calendar/calendar-card.tsx";
import { type Draft, newException, newWindow } from "./draft.ts";
import { EffectCard } from "./effect-card.tsx";
import { ExceptionRow } from "./exception-row.tsx";
import { problemInWords } from "./problem-words.ts";
import { type EditedHours, type HoursPlace, useHours } from "./use-hours.ts";
import { Problems, WindowRow } from "./window-row.tsx";
import "../patient/book/booking.css";
import "./hours.css";

const weekMs = 7 * 24 * 60 * 60 * 1000;
const horizons = [4, 8, 12].map((weeks) => ({ id: weeks, name: `for ${weeks} weeks` }));

/** The weekly hours of a provider with their exceptions, and what publishing them would do. */
export function HoursView() {
  const { me, providers, facilities } = useDirectory();
  const { route, go } = useRoute();
  const provider = providers.find(({ id }) => id === route.provider) ?? providers.find(({ id }) => id === me.id);
  const own = provider === undefined ? [] : facilitiesOf(provider, facilities);
  const facility = own.find(({ id }) => id === route.facility) ?? own[0];
  if (provider === undefined || facility === undefined) return <p className="empty">This clinic has no staff yet.</p>;
  const place = { providerId: provider.id, facilityId: facility.id, timeZone: facility.timeZone };
  return (
    <section className="hours-view" aria-labelledby="hours-title">
      <header className="hours-top">
        <h2 id="hours-title">Hours</h2>
        <select
          className="select"
          aria-label="Whose hours"
          value={provider.id}
          onChange={({ target }) => go({ provider: target.value, facility: null })}
        >
          <Options of={providers} />
        </select>
        <select
          className="select"
          aria-label="Where"
          value={facility.id}
          onChange={({ target }) => go({ facility: target.value })}
        >
          <Options of={own} />
        </select>
      </header>
      <HoursOf key={`${provider.id} ${facility.id}`} place={place} />
    </section>
  );
}

function HoursOf({ place }: { readonly place: HoursPlace }) {
  const [weeks, setWeeks] = useState(8);
  const [opened] = useState(Date.now);
  const until = useMemo(() => new Date(opened + weeks * weekMs), [opened, weeks]);
  const hours = useHours(place, until);
  const { draft, problem, isChanged, isBusy, effect } = hours;
  if (draft === null) return <p className="empty">{problem ?? "Reading the hours…"}</p>;
  return (
    <>
      <form
        className="hours-form"
        onSubmit={(event) => {
          event.preventDefault();
          hours.publish();
        }}
      >
        {/* What is typed while it is published would be lost when that is done. */}
        <fieldset className="hours-parts" disabled={isBusy}>
          <Weekly hours={hours} draft={draft} zone={place.timeZone} />
          <Exceptions hours={hours} draft={draft} zone={place.timeZone} />
        </fieldset>
        <div className="hours-side">
          <EffectCard place={place} effect={effect} until={until} />
          <SelectField id="hours-until" label="Publish" value={weeks} onValue={(value) => setWeeks(Number(value))}>
            <Options of={horizons} />
          </SelectField>
          <button type="submit" className="button button-primary" disabled={isBusy || effect.name !== "known"}>
            {isBusy ? "Publishing…" : isChanged ? "Save and publish" : "Publish"}
          </button>
          <button type="button" className="button" disabled={!isChanged || isBusy} onClick={hours.discard}>
            Discard the changes
          </button>
        </div>
      </form>
      <CalendarCard place={place} until={until} />
    </>
  );
}

interface PartProps {
  readonly hours: EditedHours;
  readonly draft: Draft;
  readonly zone: string;
}

function Weekly({ hours, draft, zone }: PartProps) {
  const { windows, minutes } = draft;
  const problems = useProblems(hours);
  const add = useRef<HTMLButtonElement>(null);
  const become = (next: Draft["windows"]) => hours.edit({ ...draft, windows: next });
  return (
    <section className="hours-part" aria-labelledby="weekly-title">
      <h3 id="weekly-title">
        Every week <span className="hours-hint muted">{formatZone(zone)}</span>
      </h3>
      <div className="field hours-usual">
        <label htmlFor="hours-minutes">An appointment has, as a rule, so many minutes</label>
        <input
          id="hours-minutes"
          type="number"
          min={5}
          step={5}
          required
          value={minutes}
          onChange={({ target }) => hours.edit({ ...draft, minutes: target.value })}
        />
      </div>
      <Problems id="hours-problems" problems={problems("hours.offer")} />
      {windows.map((window, index) => (
        <WindowRow
          key={window.key}
          window={window}
          usual={minutes}
          problems={problems(`hours.weekly.${index}`)}
          onWindow={(next) => become(windows.with(index, next))}
          onRemove={() => {
            become(windows.toSpliced(index, 1));
            add.current?.focus();
          }}
        />
      ))}
      {windows.length === 0 && <p className="muted">Nothing is on offer in an ordinary week.</p>}
      <button ref={add} type="button" className="button" onClick={() => become([...windows, newWindow()])}>
        Add hours
      </button>
    </section>
  );
}

function Exceptions({ hours, draft, zone }: PartProps) {
  const { exceptions } = draft;
  const problems = useProblems(hours);
  const add = useRef<HTMLButtonElement>(null);
  const become = (next: Draft["exceptions"]) => hours.edit({ ...draft, exceptions: next });
  const tomorrow = () => addDays(dateOf(new Date(), zone), 1);
  return (
    <section className="hours-part" aria-labelledby="exceptions-title">
      <h3 id="exceptions-title">On single days</h3>
      {exceptions.map((exception, index) => (
        <ExceptionRow
          key={exception.key}
          exception={exception}
          problems={problems(`hours.exceptions.${index}`)}
          onException={(next) => become(exceptions.with(index, next))}
          onRemove={() => {
            become(exceptions.toSpliced(index, 1));
            add.current?.focus();
          }}
        />
      ))}
      {exceptions.length === 0 && <p className="muted">No day differs from the week.</p>}
      <button
        ref={add}
        type="button"
        className="button"
        onClick={() => become([...exceptions, newException(tomorrow())])}
      >
        Add a day
      </button>
    </section>
  );
}

/** What the engine says of a part of what was typed, as sentences. */
function useProblems({ effect }: EditedHours): (path: string) => readonly string[] {
  const issues = effect.name === "invalid" ? effect.issues : [];
  return (path) =>
    issues.filter((issue) => issue.path === path || issue.path.startsWith(`${path}.`)).map(problemInWords);
}
