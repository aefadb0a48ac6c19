import { type LocalDay, zoned } from "./days.ts";

/**
 * How far the clock of another zone is ahead of that of the days, in minutes. Null if it shows the same, or if that changes
 * within the days, because clocks are changed on different dates.
 */
export function differenceOf(days: readonly LocalDay[], zone: string, other: string): number | null {
  const differences = new Set(days.flatMap(({ start, end }) => [start, end].map((at) => aheadOf(at, zone, other))));
  const [only] = differences;
  return differences.size === 1 && only !== undefined && only !== 0 ? only : null;
}

/**
 * The same in words: `6 h behind`, `30 min ahead`; `5 h behind, then 6 h behind` where that changes within the days. Null
 * where there is no difference on any of them.
 */
export function differenceInWords(days: readonly LocalDay[], zone: string, other: string): string | null {
  const differences = new Set(days.flatMap(({ start, end }) => [start, end].map((at) => aheadOf(at, zone, other))));
  const words = [...differences].map(minutesInWords).join(", then ");
  return words === sameTime || words === "" ? null : words;
}

const sameTime = "the same";

function minutesInWords(minutes: number): string {
  if (minutes === 0) return sameTime;
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const words = [hours > 0 ? `${hours} h` : "", rest > 0 ? `${rest} min` : ""].filter((word) => word !== "").join(" ");
  return `${words} ${minutes > 0 ? "ahead" : "behind"}`;
}

function aheadOf(instant: Date, zone: string, other: string): number {
  return (zoned(instant, other).offsetNanoseconds - zoned(instant, zone).offsetNanoseconds) / 60e9;
}
