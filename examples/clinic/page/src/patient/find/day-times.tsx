import type { OpenSlot } from "@slotwright/core";
import { useNames } from "../../directory/use-names.ts";
import { addDays, dateOf, dayOf } from "../../time/days.ts";
import { formatDay } from "../../time/format.ts";
import type { Wish } from "./search.ts";
import { windowOf } from "./search.ts";
import { TimeList } from "./time-list.tsx";
import { useNextFree, useTimes } from "./use-search.ts";

interface DayTimesProps {
  readonly wish: Wish;
  readonly date: string;
  readonly zones: readonly string[];
  readonly mine: ReadonlyMap<string, string>;
  readonly onChoose: (offer: OpenSlot) => void;
  readonly onWhy: (offer: OpenSlot) => void;
  readonly onDate: (date: string) => void;
}

/** The free times of a day, as they come and go. */
export function DayTimes({ wish, date, zones, mine, onChoose, onWhy, onDate }: DayTimesProps) {
  const { times, isLoaded, error } = useTimes(wish, date, zones);
  const free = times.filter(({ isGone, isRefused }) => !isGone && isRefused !== true).length;
  return (
    <div className="day-times">
      <div className="day-times-head">
        <h3>{formatDay(dayOf(date, "UTC").start, "UTC")}</h3>
        <p className="muted" role="status">
          {isLoaded ? freeInWords(free) : "\u00a0"}
        </p>
      </div>
      {times.length > 0 && <TimeList times={times} onChoose={onChoose} onWhy={onWhy} mine={mine} />}
      {times.length === 0 && !isLoaded && (error === null ? <Loading /> : <p className="empty">{error.message}</p>)}
      {times.length === 0 && isLoaded && <NothingFree wish={wish} date={date} zones={zones} onDate={onDate} />}
    </div>
  );
}

function freeInWords(count: number): string {
  if (count === 0) return "nothing is free";
  return count === 1 ? "1 time is free" : `${count} times are free`;
}

/** Places of the size of times. They show only if the answer takes longer than a moment. */
function Loading() {
  return (
    <ul className="times-grid times-loading" aria-hidden="true">
      {Array.from({ length: 12 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike.
        <li key={index} className="time" />
      ))}
    </ul>
  );
}

function NothingFree({ wish, date, zones, onDate }: Pick<DayTimesProps, "wish" | "date" | "zones" | "onDate">) {
  const names = useNames();
  const after = useNextFree(wish, windowOf(addDays(date, 1), addDays(date, 1), zones).from);
  const day = after ? dateOf(after.start, names.zone(after.facilityId)) : undefined;
  return (
    <div className="empty">
      <p className="empty-title">Nothing is free on this day</p>
      <p className="muted">
        {day === undefined
          ? "Choose another day, or ask for a time."
          : "Times show up here as soon as somebody cancels."}
      </p>
      {day !== undefined && (
        <button type="button" className="button" onClick={() => onDate(day)}>
          Go to {formatDay(dayOf(day, "UTC").start, "UTC")}
        </button>
      )}
    </div>
  );
}
