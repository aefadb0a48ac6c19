import type { DraftTimes } from "./draft.ts";

interface TimesFieldsProps {
  readonly id: string;
  readonly times: DraftTimes;
  readonly onTimes: (times: DraftTimes) => void;
}

/** From when until when. That it goes on after midnight is said, and not guessed. */
export function TimesFields({ id, times, onTimes }: TimesFieldsProps) {
  const { from, to, endsNextDay } = times;
  return (
    <div className="hours-times">
      <div className="field">
        <label htmlFor={`${id}-from`}>From</label>
        <input
          id={`${id}-from`}
          type="time"
          required
          value={from}
          onChange={({ target }) => onTimes({ from: target.value, to, endsNextDay })}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-to`}>To</label>
        <input
          id={`${id}-to`}
          type="time"
          required
          value={to}
          onChange={({ target }) => onTimes({ from, to: target.value, endsNextDay })}
        />
      </div>
      <label className="check">
        <input
          type="checkbox"
          checked={endsNextDay}
          onChange={({ target }) => onTimes({ from, to, endsNextDay: target.checked })}
        />
        next day
      </label>
    </div>
  );
}
