import { type CSSProperties, memo, useMemo } from "react";
import type { Axis, Span } from "../time/axis.ts";
import type { LocalDay } from "../time/days.ts";
import { formatDay } from "../time/format.ts";
import { lanesOf } from "../time/lanes.ts";
import { SlotCell } from "./slot-cell.tsx";
import { type CalendarSlot, countsOf } from "./slot-words.ts";

interface DayColumnProps {
  readonly day: LocalDay;
  readonly days: readonly LocalDay[];
  readonly axis: Axis;
  readonly zone: string;
  readonly slots: readonly CalendarSlot[];
  readonly now: Date;
  readonly reachableId: string | null;
  readonly onOpen: (slotId: string) => void;
  readonly onDay: (date: string) => void;
}

/** What of a slot lies in one day. */
interface Piece extends Span {
  readonly shown: CalendarSlot;
  readonly start: Date;
  readonly end: Date;
  /** Whether it began on an earlier day that is shown, and has its button there. */
  readonly isRest: boolean;
}

/** From so many beside each other on, there is room for initials only. */
const manyLanes = { week: 2, day: 7 };

export const DayColumn = memo(function DayColumn(props: DayColumnProps) {
  const { day, days, axis, zone, slots, now, reachableId, onOpen, onDay } = props;
  const pieces = useMemo(() => piecesOf(slots, day, days, axis), [slots, day, days, axis]);
  const lanes = useMemo(() => lanesOf(pieces), [pieces]);
  const isToday = now >= day.start && now < day.end;
  const line = axis.spanOf(now, new Date(now.getTime() + 1), day);
  const id = `day-${day.date}`;
  return (
    <section
      className="day"
      data-day={day.date}
      data-today={isToday || undefined}
      aria-labelledby={id}
      style={{ "--column": days.indexOf(day) + 2 } as CSSProperties}
    >
      <DayHead
        {...{ id, day, zone, isToday, onDay }}
        counts={countsOf(pieces.filter(({ isRest }) => !isRest).map(({ shown }) => shown))}
      />
      <div className="day-body">
        {axis.gapsOf(day).map((gap) => (
          <div key={gap.top} className="gap" aria-hidden="true" style={placeOf(gap)} />
        ))}
        <ol>
          {pieces.map((piece) => {
            const { lane, lanes: count } = lanes.get(piece) ?? { lane: 0, lanes: 1 };
            const style = { ...placeOf(piece), "--lane": lane, "--lanes": count } as CSSProperties;
            const { shown } = piece;
            return piece.isRest ? (
              <li
                key={shown.slot.id}
                className="piece rest"
                aria-hidden="true"
                data-status={shown.slot.status}
                style={style}
              />
            ) : (
              <li key={shown.slot.id} className="piece" style={style}>
                <SlotCell
                  {...shown}
                  {...{ zone, onOpen }}
                  isPast={shown.slot.end <= now}
                  isReachable={shown.slot.id === reachableId}
                  size={count > (days.length === 1 ? manyLanes.day : manyLanes.week) ? "narrow" : "roomy"}
                />
              </li>
            );
          })}
        </ol>
        {line !== null && <div className="now" aria-hidden="true" style={placeOf(line)} />}
      </div>
    </section>
  );
});

interface DayHeadProps extends Pick<DayColumnProps, "day" | "zone" | "onDay"> {
  readonly id: string;
  readonly isToday: boolean;
  readonly counts: string;
}

function DayHead({ id, day, zone, isToday, counts, onDay }: DayHeadProps) {
  const name = formatDay(day.start, zone);
  const [weekday = "", date = ""] = name.split(" ");
  return (
    <h2 className="day-head" id={id}>
      <button type="button" onClick={() => onDay(day.date)}>
        <span className="visually-hidden">{`${name}${isToday ? ", today" : ""}: ${counts}`}</span>
        <span className="day-name" aria-hidden="true">
          {weekday.slice(0, 3)}
        </span>
        <span className="day-number" aria-hidden="true">
          {date}
        </span>
      </button>
    </h2>
  );
}

const placeOf = ({ top, height }: Span) => ({ "--top": top, "--height": height }) as CSSProperties;

function piecesOf(
  slots: readonly CalendarSlot[],
  day: LocalDay,
  days: readonly LocalDay[],
  axis: Axis,
): readonly Piece[] {
  return slots.flatMap((shown) => {
    const { start, end } = shown.slot;
    const span = axis.spanOf(start, end, day);
    if (span === null) return [];
    const isRest = days.some((other) => other.end <= day.start && other.start < end && start < other.end);
    return { ...span, shown, start, end, isRest };
  });
}
