import { isOccupying, type Slot } from "../model/slot.ts";
import { collides } from "../rules/sync.ts";

/** For each schedule and seat, the slot that reaches furthest: a later slot that overlaps any overlaps this one. */
export class OpenSlots {
  readonly #byLine = new Map<string, Slot>();

  /** Memory holds no more than the slots that are open at one instant. */
  dropEnded(now: Date): void {
    for (const [line, { end }] of this.#byLine) if (end <= now) this.#byLine.delete(line);
  }

  /** The earlier slot that this one overlaps. */
  meet(slot: Slot): Slot | undefined {
    const line = `${slot.scheduleId} ${slot.seat}`;
    const before = this.#byLine.get(line);
    const reachesFurther = before === undefined || slot.end > before.end;
    if (isOccupying(slot) && reachesFurther) this.#byLine.set(line, slot);
    return before !== undefined && collides(slot, before) ? before : undefined;
  }
}
