import type { Alternative, ErrorCode, Refusal } from "../errors.ts";
import { limits } from "../model/limits.ts";
import type { Slot } from "../model/slot.ts";
import { durationMs, type TimeRange } from "../model/time-range.ts";
import type { Seen } from "../rules/decision.ts";
import type { EngineSettings } from "./options.ts";

const takenCodes: ReadonlySet<ErrorCode> = new Set(["slot_booked", "slot_held", "slot_blocked", "no_slot_available"]);

interface Wanted extends TimeRange {
  readonly providerId: string;
  readonly facilityId: string;
}

/** Adds the free slots of the same schedule that come next to a refusal for a taken one, where they were asked for. */
export async function withAlternatives(
  { storage, clock }: EngineSettings,
  refusal: Refusal,
  { alternatives = 0 }: { readonly alternatives?: number },
  seen: Seen,
): Promise<Refusal> {
  const wanted = alternatives === 0 || !takenCodes.has(refusal.refused) ? undefined : wantedBy(refusal, seen);
  if (wanted === undefined) return refusal;
  const { providerId, facilityId, start } = wanted;
  const place = { providerIds: [providerId], facilityId, statuses: ["available"] as const };
  const window = { startFrom: start, startBefore: new Date(start.getTime() + limits.slotMs) };
  const free = await storage.findSlots({ ...place, ...window, asOf: clock.now(), limit: alternatives });
  const fitting = free.filter((slot) => durationMs(slot) >= durationMs(wanted)).map(asAlternative);
  return { ...refusal, details: { ...refusal.details, alternatives: fitting } } as Refusal;
}

function wantedBy({ details }: Refusal, seen: Seen): Wanted | undefined {
  return "slotId" in details ? seen.slot(details.slotId) : (details as Wanted);
}

function asAlternative({ id, start, end }: Slot): Alternative {
  return { slotId: id, start, end };
}
