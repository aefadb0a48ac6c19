import { useEffect, useRef } from "react";
import { dayOf } from "../../time/days.ts";
import { formatShortDay } from "../../time/format.ts";

interface DayStripProps {
  readonly dates: readonly string[];
  readonly date: string;
  /** How many times are free on a date. One that is not in it is not known yet. */
  readonly counts: ReadonlyMap<string, number>;
  readonly today: string;
  readonly onDate: (date: string) => void;
  readonly onEarlier: (() => void) | null;
  readonly onLater: (() => void) | null;
}

/** Days in a row, each with how many times are free. On a phone it is scrolled. */
export function DayStrip({ dates, date, counts, today, onDate, onEarlier, onLater }: DayStripProps) {
  const chosen = useRef<HTMLButtonElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it comes into sight when another day is chosen.
  useEffect(() => {
    chosen.current?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [date]);
  return (
    <div className="find-days">
      <p className="find-days-title">Choose a day</p>
      <button
        type="button"
        className="button-icon"
        aria-label="Earlier days"
        disabled={onEarlier === null}
        onClick={onEarlier ?? undefined}
      >
        <span aria-hidden="true">‹</span>
      </button>
      <ol className="find-days-list" aria-label="Days">
        {dates.map((day) => (
          <li key={day}>
            <Day
              day={day}
              count={counts.get(day)}
              isToday={day === today}
              isChosen={day === date}
              chosenRef={day === date ? chosen : undefined}
              onChoose={() => onDate(day)}
            />
          </li>
        ))}
      </ol>
      <button
        type="button"
        className="button-icon"
        aria-label="Later days"
        disabled={onLater === null}
        onClick={onLater ?? undefined}
      >
        <span aria-hidden="true">›</span>
      </button>
    </div>
  );
}

interface DayProps {
  readonly day: string;
  readonly count: number | undefined;
  readonly isToday: boolean;
  readonly isChosen: boolean;
  readonly chosenRef: React.RefObject<HTMLButtonElement | null> | undefined;
  readonly onChoose: () => void;
}

function Day({ day, count, isToday, isChosen, chosenRef, onChoose }: DayProps) {
  const noon = dayOf(day, "UTC").start;
  const [weekday, number, month] = formatShortDay(noon, "UTC").split(" ");
  const free = count === undefined ? "" : count === 0 ? "none" : `${count} free`;
  return (
    <button
      ref={chosenRef}
      type="button"
      className="find-day"
      aria-pressed={isChosen}
      data-empty={count === 0 || undefined}
      onClick={onChoose}
    >
      <span className="find-day-name">{isToday ? "Today" : weekday} </span>
      <span className="find-day-number">{number} </span>
      <span className="find-day-month">{month} </span>
      <span className="find-day-count">{free || "\u00a0"}</span>
    </button>
  );
}
