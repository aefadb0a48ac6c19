import type { LocalDay } from "../time/days.ts";
import { formatDay } from "../time/format.ts";
import { useRovingFocus } from "./roving.ts";
import { SlotCell } from "./slot-cell.tsx";
import { type CalendarSlot, countsOf } from "./slot-words.ts";
import type { CalendarBodyProps } from "./time-grid.tsx";
import "./agenda.css";

/** A week on a phone: its days one after the other. */
export function Agenda({ days, zone, slots, isLoaded, now, onOpen, onDay }: CalendarBodyProps) {
  const { reachableId, rovingProps } = useRovingFocus(slots, now);
  return (
    <div className="agenda" data-layout="list" {...rovingProps}>
      {days.map((day, index) => {
        const own = slots.filter(({ slot }) => beginsOn(slot.start, day, index === 0));
        const id = `day-${day.date}`;
        const isToday = now >= day.start && now < day.end;
        return (
          <section key={day.date} data-day={day.date} data-today={isToday || undefined} aria-labelledby={id}>
            <h2 className="agenda-head" id={id}>
              <button type="button" onClick={() => onDay(day.date)}>
                <span>{formatDay(day.start, zone)}</span>
                {isToday && <span className="agenda-today">today</span>}
                <span className="agenda-counts">{isLoaded ? shortCountsOf(own) : "loading"}</span>
              </button>
            </h2>
            <ol className="agenda-slots">
              {own.map((shown) => (
                <li key={shown.slot.id}>
                  <SlotCell
                    {...shown}
                    {...{ zone, onOpen }}
                    isPast={shown.slot.end <= now}
                    isReachable={shown.slot.id === reachableId}
                    size="row"
                  />
                </li>
              ))}
            </ol>
          </section>
        );
      })}
    </div>
  );
}

/** A night that began before the first day is shown there. */
function beginsOn(start: Date, day: LocalDay, isFirst: boolean): boolean {
  return start < day.end && (isFirst || start >= day.start);
}

function shortCountsOf(slots: readonly CalendarSlot[]): string {
  return countsOf(slots).split(": ").at(-1) ?? "";
}
