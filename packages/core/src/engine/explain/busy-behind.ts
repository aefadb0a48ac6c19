import { overlapping } from "../../model/search.ts";
import { type Slot, slotAsOf } from "../../model/slot.ts";
import type { TimeRange } from "../../model/time-range.ts";
import { type Marked, markedAmong, timeOf } from "../../rules/busy/plan.ts";
import { hiddenFrom } from "../visible.ts";
import type { Asking } from "./asking.ts";

/** A busy time of another calendar, as `importBusy` stored it: of one that lasts longer, the part within a week. */
export interface BusyFrom extends TimeRange {
  /** The `source` of the import. */
  readonly source: string;
}

/** What is blocked: a stored slot, or a time for which there is none. */
export type Blocked = Pick<Slot, "providerId" | "scheduleId" | "start" | "end"> & Partial<Pick<Slot, "id" | "version">>;

/** Most busy times that are named. */
const mostBusy = 10;
/** The most blocked slots among which they are looked for. */
const mostSlots = 1_000;

/**
 * The busy times that block it, in the order of their starts. Of a slot that is no busy time itself, they are those that have
 * blocked it, if nobody has changed it since. The source is part of the metadata of a busy time's slot: who may not see these is
 * told nothing of it.
 */
export async function busyBehind(
  { settings, now, until }: Asking,
  { providerId, scheduleId, ...blocked }: Blocked,
): Promise<readonly BusyFrom[]> {
  const search = { ...overlapping(blocked), providerIds: [providerId], scheduleId, statuses: ["blocked"] as const };
  const found = await settings.storage.findSlots({ ...search, asOf: now, displayOnly: true, limit: mostSlots }, until);
  const busy = new Map<string, BusyFrom>();
  for (const { slot, mark } of markedAmong(found).filter((one) => isBehind(one, blocked))) {
    const name = `${timeOf(slot)} ${mark.source}`;
    if (busy.size === mostBusy) break;
    if (busy.has(name)) continue;
    const hidden = await hiddenFrom(settings, { action: "read", now, record: slotAsOf(slot, now) });
    const { start, end } = slot;
    if (hidden !== undefined && !hidden.includes("metadata")) busy.set(name, { source: mark.source, start, end });
  }
  return [...busy.values()];
}

function isBehind({ slot, mark }: Marked, { id, version }: Pick<Blocked, "id" | "version">): boolean {
  if (id === undefined || slot.id === id) return true;
  return mark.blocked.some(([blockedId, then]) => blockedId === id && then === version);
}
