import { type DraftWindow, type Weekday, weekdays } from "./draft.ts";
import { TimesFields } from "./times-fields.tsx";

interface WindowRowProps {
  readonly window: DraftWindow;
  /** How long an appointment is, if nothing else is said. */
  readonly usual: string;
  readonly problems: readonly string[];
  readonly onWindow: (window: DraftWindow) => void;
  readonly onRemove: () => void;
}

/** Hours that return every week. */
export function WindowRow({ window, usual, problems, onWindow, onRemove }: WindowRowProps) {
  const { key, days, minutes } = window;
  const id = `window-${key}`;
  const about = `${days.map(capital).join(", ")}, ${window.from} to ${window.to}`;
  function toggle(day: Weekday): void {
    onWindow({ ...window, days: days.includes(day) ? days.filter((one) => one !== day) : [...days, day] });
  }
  return (
    <fieldset className="hours-row" aria-describedby={problems.length > 0 ? `${id}-problems` : undefined}>
      <legend className="visually-hidden">{about}</legend>
      <div className="hours-days">
        {weekdays.map((day) => (
          <label key={day} className="hours-day">
            <input type="checkbox" checked={days.includes(day)} onChange={() => toggle(day)} />
            <span aria-hidden="true">{capital(day).slice(0, 2)}</span>
            <span className="visually-hidden">{capital(day)}</span>
          </label>
        ))}
      </div>
      <div className="hours-line">
        <TimesFields id={id} times={window} onTimes={(times) => onWindow({ ...window, ...times })} />
        <div className="field hours-minutes">
          <label htmlFor={`${id}-minutes`}>Minutes each</label>
          <input
            id={`${id}-minutes`}
            type="number"
            min={5}
            step={5}
            placeholder={usual}
            value={minutes}
            onChange={({ target }) => onWindow({ ...window, minutes: target.value })}
          />
        </div>
        <button type="button" className="button-icon" aria-label={`Remove: ${about}`} onClick={onRemove}>
          <span aria-hidden="true">×</span>
        </button>
      </div>
      <Problems id={`${id}-problems`} problems={problems} />
    </fieldset>
  );
}

/** What is wrong with what was typed. */
export function Problems({ id, problems }: { readonly id: string; readonly problems: readonly string[] }) {
  if (problems.length === 0) return null;
  return (
    <p className="field-problem" id={id}>
      {problems.join(" ")}
    </p>
  );
}

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
