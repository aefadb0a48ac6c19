import type { z } from "zod";
import { dayMs } from "../../model/local-date.ts";
import type { followSchema } from "../../model/queries.ts";

/** Which part of the time line is followed, by the starts of slots, in milliseconds since 1970. */
export interface LiveWindow {
  readonly isMoving: boolean;
  /** How far around the window policies look, in milliseconds. What reaches in there is held as well. */
  readonly margin: LiveMargin;
  readonly from: (now: number) => number;
  readonly to: (now: number) => number;
}

export interface LiveMargin {
  readonly beforeMs: number;
  readonly afterMs: number;
}

type Given = Pick<z.output<typeof followSchema>, "from" | "to" | "forDays">;

const hourMs = 60 * 60 * 1000;

/** How far beyond its end a window that moves is read. One hour later, it is read on. */
const aheadMs = 2 * hourMs;
const leastAheadMs = hourMs;

export function liveWindow({ from, to, forDays }: Given, margin: LiveMargin): LiveWindow {
  if (forDays !== undefined) return { isMoving: true, margin, from: (now) => now, to: (now) => now + forDays * dayMs };
  const [begin, end] = [from?.getTime() ?? 0, to?.getTime() ?? 0];
  return { isMoving: false, margin, from: () => begin, to: () => end };
}

/** The end of what is read at this instant. */
export function readTo(window: LiveWindow, now: number): number {
  return window.to(now) + (window.isMoving ? aheadMs : 0) + window.margin.afterMs;
}

/** Of what was read until `end`, the part that is not only there because policies look around the window. */
export const answeredTo = ({ margin }: LiveWindow, end: number): number => end - margin.afterMs;

/** From when on a slot is over for a window that begins then, and for policies that look back from there. */
export function overAt(
  { start, end }: { readonly start: number; readonly end: number },
  { margin: { beforeMs, afterMs } }: LiveWindow,
): number {
  return beforeMs === 0 && afterMs === 0 ? start + 1 : end + beforeMs;
}

/** How long what was read until `end` is enough, in milliseconds. */
export function enoughFor(window: LiveWindow, end: number, now: number): number {
  return window.isMoving ? answeredTo(window, end) - leastAheadMs - window.to(now) : Number.POSITIVE_INFINITY;
}
