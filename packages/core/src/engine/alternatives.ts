import type { Alternative, ErrorCode, Refusal } from "../errors.ts";
import { limits } from "../model/limits.ts";
import type { SlotSearch } from "../model/search.ts";
import type { Slot } from "../model/slot.ts";
import { durationMs, type TimeRange } from "../model/time-range.ts";
import type { Seen } from "../rules/decision.ts";
import type { EngineSettings } from "./options.ts";

const takenCodes: ReadonlySet<ErrorCode> = new Set(["slot_booked", "slot_held", "slot_blocked", "no_slot_available"]);

/** How many free slots before and after the wanted time are looked at. */
const lookedAt = 200;

/** What a command says of the time it wants, and how many free slots a refusal should offer. */
export interface Wish {
  readonly start?: Date | undefined;
  readonly end?: Date | undefined;
  readonly alternatives?: number;
}

interface Wanted extends TimeRange {
  readonly providerId: string;
  readonly facilityId: string;
}

/** Adds the free slots nearest to the wanted time to a refusal for a taken one, where they were asked for. */
export async function withAlternatives(
  settings: EngineSettings,
  refusal: Refusal,
  wish: Wish,
  seen: Seen,
): Promise<Refusal> {
  const { alternatives: most = 0 } = wish;
  const wanted = most === 0 || !takenCodes.has(refusal.refused) ? undefined : wantedBy(refusal, wish, seen);
  if (wanted === undefined) return refusal;
  const distance = (slot: Slot) => Math.abs(slot.start.getTime() - wanted.start.getTime());
  const fitting = (await freeAround(settings, wanted)).filter((slot) => durationMs(slot) >= durationMs(wanted));
  const nearest = fitting.sort((a, b) => distance(a) - distance(b)).slice(0, most);
  return { ...refusal, details: { ...refusal.details, alternatives: nearest.map(asAlternative) } } as Refusal;
}

function wantedBy({ details }: Refusal, wish: Wish, seen: Seen): Wanted | undefined {
  const taken = "slotId" in details ? seen.slot(details.slotId) : (details as Wanted);
  return taken && { ...taken, start: wish.start ?? taken.start, end: wish.end ?? taken.end };
}

/** Free slots of the same provider and facility, some before and some after the wanted start. */
async function freeAround(
  { storage, clock }: EngineSettings,
  { providerId, facilityId, start }: Wanted,
): Promise<readonly Slot[]> {
  const search: SlotSearch = { providerIds: [providerId], facilityId, statuses: ["available"] };
  const query = { ...search, asOf: clock.now(), displayOnly: true, limit: lookedAt };
  const from = new Date(start.getTime() - limits.slotMs);
  const to = new Date(start.getTime() + limits.slotMs);
  const after = await storage.findSlots({ ...query, startFrom: start, startBefore: to });
  const before = await storage.findSlots({ ...query, startFrom: from, startBefore: start, descending: true });
  return [...after, ...before];
}

function asAlternative({ id, start, end }: Slot): Alternative {
  return { slotId: id, start, end };
}
