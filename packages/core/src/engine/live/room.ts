import { isComputedId } from "../../model/computed-id.ts";
import type { EngineSettings } from "../options.ts";
import { type LiveWindow, overAt } from "./live-window.ts";
import { isLapsedRow } from "./slot-columns.ts";
import type { HeldSlotRow, SlotTable } from "./slot-table.ts";

/** How many slots may be held, and who is told that there are more. */
interface Bounds {
  readonly settings: Pick<EngineSettings, "warn">;
  readonly options: { readonly window: LiveWindow; readonly maxSlots: number };
}

/** One of the slots that were left out, because there are more than `maxSlots`. As long as it counts, that is so. */
export interface LeftOut {
  readonly id: string;
  /** It counts at least until then, unless it is withdrawn before. */
  readonly until: number;
}

/** Slots of which some may have been left out. */
interface Bounded {
  readonly table: SlotTable;
  leftOut: LeftOut | undefined;
}

export function leftOutOf({ options: { window } }: Bounds, slot: HeldSlotRow): LeftOut {
  const lapsesAt = slot.status === "held" && isComputedId(slot.id) ? slot.heldUntil : Number.POSITIVE_INFINITY;
  return { id: slot.id, until: window.isMoving ? Math.min(lapsesAt, overAt(slot, window)) : lapsesAt };
}

/** Notes that a slot was left out. Warns once, until all are held again. */
export function noteLeftOut(bounds: Bounds, slots: Bounded, leftOut: LeftOut): void {
  if (slots.leftOut === undefined) warnFull(bounds);
  slots.leftOut ??= leftOut;
}

export function warnFull({ settings, options: { maxSlots } }: Bounds): void {
  const message = `Live slots hold ${maxSlots} slots, as many as they may. Further ones are left out, and answers say that they are stale. Follow a narrower window or fewer providers, or raise maxSlots.`;
  settings.warn({ code: "live_slots_full", message, details: { maxSlots } });
}

/** Notes that a slot was withdrawn, whether it is held or not. */
export function noteWithdrawn(slots: Bounded, slotId: string): void {
  if (slots.leftOut?.id === slotId) slots.leftOut = { id: slotId, until: Number.NEGATIVE_INFINITY };
}

/**
 * How many of the slots count: all but those that were made for a hold that has ended. These count as withdrawn, and are held
 * only because a process whose clock is behind may still book them.
 */
export function countAt(table: SlotTable, now: number): number {
  let count = table.size();
  for (const row of table.holds.keys()) if (isLapsedRow(table.columns, row, now)) count -= 1;
  return count;
}

/** Whether one more slot may be held. */
export const hasRoom = (table: SlotTable, maxSlots: number, now: number): boolean =>
  table.size() < maxSlots || countAt(table, now) < maxSlots;

/**
 * How long until all slots may be held again, as far as the clock tells, in milliseconds: there is room, or what was left out
 * counts no more. Infinity if none was left out.
 */
export function msUntilWhole({ table, leftOut }: Readonly<Bounded>, maxSlots: number, now: number): number {
  if (leftOut === undefined) return Number.POSITIVE_INFINITY;
  if (hasRoom(table, maxSlots, now)) return 0;
  const { columns, holds } = table;
  const ends = [...holds.keys()]
    .filter((row) => isLapsedRow(columns, row, Number.POSITIVE_INFINITY))
    .map((row) => (columns.heldUntil[row] as number) - now);
  return Math.min(leftOut.until - now, ...ends.filter((ms) => ms > 0));
}

/** At most this share of the time goes into reading slots anew in the hope of room. */
const readingShare = 1 / 20;
const leastRestMs = 100;

/**
 * When slots that were left out may be looked for again, as `performance.now()` counts: where slots come and go all the time,
 * there is room again and again, and not for long.
 */
export function restedAfter(began: number): number {
  const now = performance.now();
  return now + Math.max(leastRestMs, (now - began) / readingShare);
}
