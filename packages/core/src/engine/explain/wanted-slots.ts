import { BookingError, type Refusal, refuse } from "../../errors/index.ts";
import { scheduleIdOf } from "../../model/schedule.ts";
import { containing } from "../../model/search.ts";
import { type Slot, slotAsOf } from "../../model/slot.ts";
import { durationMs, type TimeRange } from "../../model/time-range.ts";
import { slotKey } from "../../rules/find.ts";
import { refuseRange } from "../../rules/time.ts";
import { listed } from "../listed.ts";
import type { EngineSettings } from "../options.ts";
import { type PreviewReason, reasonInItsZone } from "../preview/preview.ts";
import { hiddenFrom } from "../visible.ts";
import type { Asking } from "./asking.ts";

/** A time of a provider at a facility. */
export interface WantedTime extends TimeRange {
  readonly providerId: string;
  readonly facilityId: string;
}

/** The most slots that one time is looked for in: as many as a slot has seats. */
const mostSlots = 1_000;
/** The most times that are named because slots lie there and overlap a time. */
const mostOverlaps = 10;

/** @throws BookingError `invalid_time_range` */
export function refuseTime({ start, end }: WantedTime): void {
  const refusal = refuseRange({ start, end });
  if (refusal !== undefined) throw new BookingError(refusal.refused, refusal.details);
}

export function scheduleIdIn(
  { overlapScope }: Pick<EngineSettings, "overlapScope">,
  { providerId, facilityId }: Pick<WantedTime, "providerId" | "facilityId">,
): string {
  return scheduleIdOf(providerId, overlapScope === "facility" ? facilityId : null);
}

export async function slotWithId({ settings, until }: Asking, slotId: string): Promise<readonly Slot[]> {
  const [slot] = await settings.storage.loadToShow([slotKey(slotId)], until);
  return slot?.kind === "slot" ? [slot] : [];
}

/** Those that are free first, and of these the shortest, which `book` would choose. */
export async function slotsContaining(
  { settings, now, until }: Asking,
  { providerId, facilityId, start, end }: WantedTime,
): Promise<readonly Slot[]> {
  const search = { ...containing({ start, end }), providerIds: [providerId], facilityId };
  const query = { ...search, asOf: now, displayOnly: true, limit: mostSlots };
  const found = await listed(query, (page) => settings.storage.findSlots(page, until));
  const rank = (slot: Slot) => (slotAsOf(slot, now).status === "available" ? 0 : 1);
  return [...found].sort((one, other) => rank(one) - rank(other) || durationMs(one) - durationMs(other));
}

/** Nobody has published a slot for the time. If others lie partly there, nobody could. */
export async function reasonsWithoutSlot(
  asking: Asking,
  time: WantedTime,
  across: readonly Slot[],
): Promise<readonly PreviewReason[]> {
  const { settings, until } = asking;
  const { providerId, facilityId, start, end } = time;
  const refusals = [
    refuse("no_slot_available", { providerId, facilityId, start, end }),
    ...(await shownAmong(asking, across)).map((slot) => inTheWay(slot, { start, end })),
  ];
  const none = () => undefined;
  const about = {
    name: "book" as const,
    command: { providerId, facilityId },
    seen: { slot: none, schedule: none, appointment: none, availability: none, found: [] },
  };
  return Promise.all(refusals.map((refusal) => reasonInItsZone(settings, refusal, about, until)));
}

function inTheWay({ id, version, status, seat, start, end }: Slot, wanted: TimeRange): Refusal {
  if (status === "blocked") return refuse("slot_blocked", { slotId: id, version });
  const conflict = { conflictingSlotId: id, conflictingStart: start, conflictingEnd: end };
  return refuse("slot_overlap", { start: wanted.start, end: wanted.end, seat, ...conflict });
}

/** Of each time one slot, as far as the actor may see them. */
async function shownAmong({ settings, now }: Asking, across: readonly Slot[]): Promise<readonly Slot[]> {
  const byTime = new Map<string, Slot>();
  for (const slot of across) {
    const time = `${slot.start.getTime()} ${slot.end.getTime()}`;
    if (byTime.size === mostOverlaps) break;
    if (byTime.has(time)) continue;
    const hidden = await hiddenFrom(settings, { action: "read", now, record: slot });
    if (hidden !== undefined) byTime.set(time, slot);
  }
  return [...byTime.values()];
}
