import { type LocalDay, zoned } from "./days.ts";
import { formatOffset } from "./format.ts";

/** A quarter of an hour of the clock on the wall. */
export interface AxisCell {
  /** `02:15`, and `02:15 again` for the second time that a day has it. */
  readonly key: string;
  readonly time: string;
  readonly isSecond: boolean;
  /** Of the first day that has this cell. */
  readonly instant: Date;
}

/** An hour's line across the calendar. */
export interface HourMark {
  readonly cell: number;
  /** `09:00`; of an hour that comes twice with its offset. */
  readonly label: string;
  readonly offset: string | null;
  readonly instant: Date;
}

/** Cells from the top, with fractions. */
export interface Span {
  readonly top: number;
  readonly height: number;
}

/**
 * What is drawn from top to bottom of days beside each other. Equal hours of the clock are in one line. An hour that one
 * of the days has twice is there twice, and is left out of the others; one that no day has is not there.
 */
export interface Axis {
  readonly cells: readonly AxisCell[];
  readonly marks: readonly HourMark[];
  /** Where something lies within a day. What goes beyond the day is cut off. Null: it does not touch the day. */
  readonly spanOf: (start: Date, end: Date, day: LocalDay) => Span | null;
  /** What the day does not have. */
  readonly gapsOf: (day: LocalDay) => readonly Span[];
}

const cellsPerHour = 4;
const cellMs = 3_600_000 / cellsPerHour;

export function createAxis(days: readonly LocalDay[]): Axis {
  const cellsByDay = new Map(days.map((day) => [day.date, cellsOf(day)]));
  const cells = merged([...cellsByDay.values()]);
  const indexes = new Map(cells.map(({ key }, index) => [key, index]));
  const indexIn = (day: LocalDay, at: number) => indexes.get(cellsByDay.get(day.date)?.[at]?.key ?? "") ?? 0;
  return {
    cells,
    marks: marksOf(cells, days[0]?.zone ?? "UTC"),
    spanOf(start, end, day) {
      const from = Math.max(start.getTime(), day.start.getTime());
      const to = Math.min(end.getTime(), day.end.getTime());
      if (from >= to) return null;
      const [first, beyond] = [(from - day.start.getTime()) / cellMs, (to - day.start.getTime()) / cellMs];
      const last = Math.ceil(beyond) - 1;
      const top = indexIn(day, Math.floor(first)) + (first % 1);
      return { top, height: indexIn(day, last) + (beyond - last) - top };
    },
    gapsOf(day) {
      const own = new Set(cellsByDay.get(day.date)?.map(({ key }) => key));
      return runsOf(cells.map(({ key }) => !own.has(key)));
    },
  };
}

function cellsOf({ start, end, zone }: LocalDay): readonly AxisCell[] {
  const seen = new Set<string>();
  const count = Math.ceil((end.getTime() - start.getTime()) / cellMs);
  return Array.from({ length: count }, (_, index) => {
    const instant = new Date(start.getTime() + index * cellMs);
    const time = zoned(instant, zone).toPlainTime().toString().slice(0, 5);
    const isSecond = seen.has(time);
    seen.add(time);
    return { key: isSecond ? `${time} again` : time, time, isSecond, instant };
  });
}

/** The cells of all days in the order of the clock. Those of a second time come where the day has them. */
function merged(days: readonly (readonly AxisCell[])[]): readonly AxisCell[] {
  const first = new Map(
    days.flatMap((cells) => cells.filter(({ isSecond }) => !isSecond)).map((cell) => [cell.time, cell]),
  );
  const all = [...first.values()].sort((one, other) => (one.time < other.time ? -1 : 1));
  for (const cells of days) {
    const from = cells.findIndex(({ isSecond }) => isSecond);
    if (from === -1 || all.some(({ isSecond }) => isSecond)) continue;
    const before = all.findIndex(({ key }) => key === cells[from - 1]?.key);
    all.splice(before + 1, 0, ...cells.filter(({ isSecond }) => isSecond));
  }
  return all;
}

function marksOf(cells: readonly AxisCell[], zone: string): readonly HourMark[] {
  const twice = new Set(cells.filter(({ isSecond }) => isSecond).map(({ time }) => time));
  return cells.flatMap(({ time, isSecond, instant }, cell) => {
    const isHour = time.endsWith(":00");
    const beginsAgain = isSecond && cells[cell - 1]?.isSecond === false;
    if (!isHour && !beginsAgain) return [];
    return { cell, label: time, offset: twice.has(time) ? formatOffset(instant, zone) : null, instant };
  });
}

function runsOf(flags: readonly boolean[]): readonly Span[] {
  const runs: { top: number; height: number }[] = [];
  flags.forEach((isIn, index) => {
    if (!isIn) return;
    if (flags[index - 1] === true) (runs.at(-1) as { height: number }).height++;
    else runs.push({ top: index, height: 1 });
  });
  return runs;
}
