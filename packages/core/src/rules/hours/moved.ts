import type { Availability } from "../../model/availability.ts";
import type { Slot } from "../../model/slot.ts";
import { zoneClock } from "../../model/zone-clock.ts";
import { differs, localBy, type ZoneRules } from "../../model/zone-rules.ts";

/** Whether slots may have been published by other rules of the zone than this runtime knows. */
export function hasOtherRules({ zoneRules, timeZone }: Availability, now: Date): boolean {
  const clock = zoneClock(timeZone);
  return zoneRules.some((rules) => differs(rules, clock, now));
}

/** Where a slot would have to start, so that the clocks show what they would have shown. Undefined if they do. */
export type MovedTo = (slot: Slot) => Date | undefined;

export function movedTo({ zoneRules, timeZone }: Availability): MovedTo {
  const clock = zoneClock(timeZone);
  return (slot) => {
    const rules = rulesAt(zoneRules, promisedAt(slot));
    const start = slot.start.getTime();
    if (rules === undefined || start >= Date.parse(rules.until)) return undefined;
    const local = localBy(rules, start);
    return clock.localAt(start) === local ? undefined : new Date(clock.startAt(local));
  };
}

/** Who takes a slot is told its time then. A free one has the time with which it was published. */
const promisedAt = ({ status, createdAt, updatedAt }: Slot): Date => (status === "available" ? createdAt : updatedAt);

const rulesAt = (all: readonly ZoneRules[], at: Date): ZoneRules | undefined =>
  all.findLast(({ since }) => Date.parse(since) <= at.getTime()) ?? all[0];
