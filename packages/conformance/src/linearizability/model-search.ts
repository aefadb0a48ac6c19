import type { Slot } from "@slotwright/core";
import { compareIds, type SlotSearch } from "@slotwright/core/adapter";
import { isForHeld, isForOne, type RuleSearch, slotAsOf } from "@slotwright/core/checking";
import type { ModelState } from "./model-state.ts";

/**
 * The slots that a rule's search finds at `now`. It is deliberately written apart from the adapters, so that it does
 * not share their mistakes.
 */
export function slotsFound({ tables }: ModelState, search: RuleSearch, now: Date): readonly Slot[] {
  const slots = [...tables.records.values()].filter((record) => record.kind === "slot");
  const found = slots.filter((slot) => isAt(slot, search) && isWithin(slot, search) && hasStatus(slot, search, now));
  if (isForHeld(search)) {
    const isOwn = ({ hold }: Slot) => hold !== null && search.heldBy.includes(hold.tokenHash);
    return found.filter((slot) => isOwn(slot) && !search.except.includes(slot.id)).sort(byStart);
  }
  if (!isForOne(search)) return found.sort(byStart);
  const { except = [], descending } = search;
  const others = found.filter(({ id }) => !except.includes(id)).sort(byStart);
  return descending ? others.reverse() : others;
}

function isAt(slot: Slot, { providerIds, facilityId, scheduleId }: SlotSearch): boolean {
  return (
    (providerIds === undefined || providerIds.includes(slot.providerId)) &&
    (facilityId === undefined || slot.facilityId === facilityId) &&
    (scheduleId === undefined || slot.scheduleId === scheduleId)
  );
}

function isWithin({ start, end }: Slot, { startFrom, startBefore, endAfter }: SlotSearch): boolean {
  return (
    (startFrom === undefined || start >= startFrom) &&
    (startBefore === undefined || start < startBefore) &&
    (endAfter === undefined || end > endAfter)
  );
}

function hasStatus(slot: Slot, { statuses }: SlotSearch, now: Date): boolean {
  return statuses === undefined || statuses.includes(slotAsOf(slot, now).status);
}

function byStart(one: Slot, other: Slot): number {
  return one.start.getTime() - other.start.getTime() || compareIds(one.id, other.id);
}
