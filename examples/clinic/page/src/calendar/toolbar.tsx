import type { ChangeEvent } from "react";
import { Options } from "../fields/options.tsx";
import { useDirectory } from "../person.ts";
import { useRoute } from "../shell/route.ts";
import { addDays, dateOf } from "../time/days.ts";
import { formatDates } from "../time/format.ts";
import { type CalendarPlace, facilitiesOf } from "./place.ts";
import "./toolbar.css";

/** Moves the calendar, and chooses whose it is. */
export function Toolbar({ place, now }: { readonly place: CalendarPlace; readonly now: Date }) {
  const { route, go } = useRoute();
  const { date, zone, days } = place;
  const step = route.span === "day" ? 1 : 7;
  const today = dateOf(now, zone);
  const move = (day: string) => go({ day: day === today ? null : day });
  return (
    <div className="toolbar">
      <fieldset className="toolbar-move">
        <legend className="visually-hidden">Move</legend>
        <button
          type="button"
          className="button button-square"
          aria-label={`Previous ${route.span}`}
          onClick={() => move(addDays(date, -step))}
        >
          <Chevron turn="left" />
        </button>
        <button
          type="button"
          className="button button-small"
          aria-disabled={days.some((day) => day.date === today)}
          onClick={() => move(today)}
        >
          Today
        </button>
        <button
          type="button"
          className="button button-square"
          aria-label={`Next ${route.span}`}
          onClick={() => move(addDays(date, step))}
        >
          <Chevron turn="right" />
        </button>
      </fieldset>
      <p className="toolbar-title" aria-live="polite">
        {formatDates(days)}
      </p>
      <fieldset className="toolbar-span">
        <legend className="visually-hidden">Show</legend>
        {(["day", "week"] as const).map((span) => (
          <button key={span} type="button" aria-pressed={route.span === span} onClick={() => go({ span })}>
            {span === "day" ? "Day" : "Week"}
          </button>
        ))}
      </fieldset>
      <Choosers place={place} />
    </div>
  );
}

function Choosers({ place: { provider, facility } }: { readonly place: CalendarPlace }) {
  const { providers, facilities } = useDirectory();
  const { go } = useRoute();
  const own = facilitiesOf(provider, facilities);
  return (
    <div className="toolbar-choosers">
      <select
        className="select"
        aria-label="Whose schedule"
        value={provider.id}
        onChange={({ target }: ChangeEvent<HTMLSelectElement>) => go({ provider: target.value, facility: null })}
      >
        <Options of={providers} />
      </select>
      <select
        className="select"
        aria-label="Where"
        value={facility.id}
        onChange={({ target }: ChangeEvent<HTMLSelectElement>) => go({ facility: target.value })}
      >
        <Options of={own} />
      </select>
    </div>
  );
}

function Chevron({ turn }: { readonly turn: "left" | "right" }) {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
      <path
        d={turn === "left" ? "M14.5 6 8.5 12l6 6" : "M9.5 6l6 6-6 6"}
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
