import { type RefObject, useLayoutEffect, useMemo, useRef } from "react";
import { createAxis } from "../time/axis.ts";
import type { LocalDay } from "../time/days.ts";
import { formatOffset, formatTime, visitorZone } from "../time/format.ts";
import { differenceOf } from "../time/zones.ts";
import { DayColumn } from "./day-column.tsx";
import { useRovingFocus } from "./roving.ts";
import type { CalendarSlot } from "./slot-words.ts";
import "./time-grid.css";

export interface CalendarBodyProps {
  readonly days: readonly LocalDay[];
  readonly zone: string;
  readonly slots: readonly CalendarSlot[];
  readonly isLoaded: boolean;
  readonly now: Date;
  readonly onOpen: (slotId: string) => void;
  readonly onDay: (date: string) => void;
}

/** Days beside each other, with the hours of the facility's zone from top to bottom. */
export function TimeGrid({ days, zone, slots, isLoaded, now, onOpen, onDay }: CalendarBodyProps) {
  const axis = useMemo(() => createAxis(days), [days]);
  const { reachableId, rovingProps } = useRovingFocus(slots, now);
  const scrolled = useRef<HTMLDivElement>(null);
  useScrollToWork(scrolled, days, isLoaded);
  const [first, last] = [days[0]?.start ?? now, days.at(-1)?.end ?? now].map((at) => formatOffset(at, zone));
  const visitor = visitorZone();
  const hasOtherTime = differenceOf(days, zone, visitor) !== null;
  return (
    <div
      ref={scrolled}
      className="grid"
      data-span={days.length === 1 ? "day" : "week"}
      data-layout="grid"
      style={{ "--cells": axis.cells.length, "--days": days.length } as React.CSSProperties}
      {...rovingProps}
    >
      <div className="hours" aria-hidden="true">
        <div className="hours-head">
          <span>{first}</span>
          {last !== first && <span className="hour-offset">{`→ ${last?.replace(/^UTC(?=.)/, "")}`}</span>}
          {hasOtherTime && <span className="hours-yours">You</span>}
        </div>
        {axis.marks.map(({ cell, label, offset, instant }) => (
          <div key={cell} className="hour" style={{ "--top": cell } as React.CSSProperties}>
            <span>{label}</span>
            {offset !== null && <span className="hour-offset">{offset}</span>}
            {hasOtherTime && <span className="hours-yours">{formatTime(instant, visitor).slice(0, 5)}</span>}
          </div>
        ))}
      </div>
      <div className="lines" aria-hidden="true">
        {axis.marks.map(({ cell }) => (
          <div key={cell} className="line" style={{ "--top": cell } as React.CSSProperties} />
        ))}
      </div>
      {days.map((day) => (
        <DayColumn key={day.date} {...{ day, days, axis, zone, slots, now, reachableId, onOpen, onDay }} />
      ))}
    </div>
  );
}

/** Begins a little before the first slot, so that nobody looks at an empty night. Once for each question. */
function useScrollToWork(grid: RefObject<HTMLElement | null>, days: readonly LocalDay[], isLoaded: boolean): void {
  const doneFor = useRef("");
  const asked = `${days[0]?.date} ${days.length}`;
  useLayoutEffect(() => {
    const scrolled = grid.current;
    if (scrolled === null || doneFor.current === `${asked} ${isLoaded}`) return;
    doneFor.current = `${asked} ${isLoaded}`;
    const tops = [...scrolled.querySelectorAll<HTMLElement>("[data-slot-id]")].map(
      (slot) => slot.offsetTop + (slot.parentElement?.offsetTop ?? 0),
    );
    const cell = Number.parseFloat(getComputedStyle(scrolled).getPropertyValue("--cell"));
    const first = tops.length === 0 ? 8 * 4 * cell : Math.min(...tops);
    scrolled.scrollTop = Math.max(0, first - 2 * cell);
  });
}
