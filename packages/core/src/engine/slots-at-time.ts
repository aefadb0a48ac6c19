import { scheduleIdIn } from "../model/schedule.ts";
import { containing } from "../model/search.ts";
import { type Slot, slotAsOf } from "../model/slot.ts";
import { contains, durationMs, type PlaceInTime } from "../model/time-range.ts";
import { slotsAcross } from "./explain/across.ts";
import { listed } from "./listed.ts";
import type { EngineSettings } from "./options.ts";
import { hiddenFrom } from "./visible.ts";

/** For whom it is looked, and when. */
export interface Looking {
  /** With the actor who may see what is found. */
  readonly settings: EngineSettings;
  readonly now: Date;
  /** When reads may wait no longer, as `performance.now()` counts. */
  readonly until: number;
}

/** The most slots that one time is looked for in: as many as a slot has seats. */
const mostSlots = 1_000;
/** The most times that are named because slots lie there and overlap a time. */
const mostOverlaps = 10;
/** How many of them `authorize` is asked about: it may query your database each time. */
const mostAsked = 100;

/** Those that are free first, and of these the shortest, which `book` would choose. */
export async function slotsContaining(
  { settings, now, until }: Looking,
  { providerId, facilityId, start, end }: PlaceInTime,
): Promise<readonly Slot[]> {
  const search = { ...containing({ start, end }), providerIds: [providerId], facilityId };
  const query = { ...search, asOf: now, displayOnly: true, limit: mostSlots };
  const found = await listed(query, (page) => settings.storage.findSlots(page, until));
  const rank = (slot: Slot) => (slotAsOf(slot, now).status === "available" ? 0 : 1);
  return [...found].sort((one, other) => rank(one) - rank(other) || durationMs(one) - durationMs(other));
}

/** Of each time one slot, as far as the actor may see them. */
export async function shownAmong(
  { settings, now }: Pick<Looking, "settings" | "now">,
  across: readonly Slot[],
): Promise<readonly Slot[]> {
  const byTime = new Map<string, Slot>();
  let asked = 0;
  for (const slot of across) {
    const time = `${slot.start.getTime()} ${slot.end.getTime()}`;
    if (byTime.size === mostOverlaps || asked === mostAsked) break;
    if (byTime.has(time)) continue;
    asked += 1;
    const hidden = await hiddenFrom(settings, { action: "read", now, record: slot });
    if (hidden !== undefined) byTime.set(time, slot);
  }
  return [...byTime.values()];
}

/**
 * The slot that is in the way of a time for which no free one was found: one that contains it, or else one that lies partly
 * there. Undefined if there is none that the actor may see.
 */
export async function slotInTheWay(
  looking: Looking,
  { providerId, facilityId, start, end }: PlaceInTime,
): Promise<Slot | undefined> {
  const time = { providerId, facilityId, start, end };
  const place = { ...time, scheduleId: scheduleIdIn(time, looking.settings) };
  const isInTheWay = (slot: Slot) => !contains(slot, time) || slot.status !== "available";
  const across = await shownAmong(looking, (await slotsAcross(looking, place)).filter(isInTheWay));
  return across.find((slot) => contains(slot, time)) ?? across[0];
}
