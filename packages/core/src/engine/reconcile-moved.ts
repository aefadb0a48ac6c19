import type { Availability } from "../model/availability.ts";
import { limits } from "../model/limits.ts";
import { dayMs } from "../model/local-date.ts";
import type { RecordKey } from "../model/record.ts";
import type { Slot, SlotStatus } from "../model/slot.ts";
import { durationMs } from "../model/time-range.ts";
import type { Actor } from "../model/values.ts";
import type { Rule } from "../rules/decision.ts";
import { hasOtherRules } from "../rules/hours/moved.ts";
import { type MovedStretch, moveSlots as rule } from "../rules/move-slots.ts";
import { availabilityKey } from "../rules/set-availability.ts";
import { decideOnly } from "./decide-only.ts";
import { storageUntil } from "./engine-storage.ts";
import { loadMap } from "./inspect.ts";
import type { EngineSettings } from "./options.ts";
import { retryReads } from "./retry.ts";
import { runCommand } from "./run-command.ts";

/** A slot that was published of hours, or made for the booking of an opening, and that the clocks now show at another time than they did. */
export interface MovedSlot {
  readonly slotId: string;
  /** As it counted before any repair. */
  readonly status: SlotStatus;
  /** Null if it is not booked. */
  readonly appointmentId: string | null;
  readonly start: Date;
  readonly end: Date;
  /** When the clocks now show what they would have shown at `start`. If they skip it, when they are changed. */
  readonly newStart: Date;
  readonly newEnd: Date;
  /** `repaired`: its new time is published in its place; `repairable`: it would be, without `dryRun`; `manual`: a person must decide. */
  readonly outcome: "repaired" | "repairable" | "manual";
}

type Place = Pick<Availability, "providerId" | "facilityId">;

/** Remembers of whose hours something may have been published or booked by other rules of their zones. */
export function createMovedSearch(settings: EngineSettings) {
  const known = new Set<string>();
  const suspects: Availability[] = [];
  return {
    suspects: suspects as readonly Availability[],
    async look(slots: readonly Slot[]): Promise<void> {
      const now = settings.clock.now();
      const keys = slots.flatMap((slot) => (slot.start > now ? newPlace(known, slot) : []));
      if (keys.length === 0) return;
      const find = await retryReads(settings, (until) => loadMap(storageUntil(settings.storage, until), keys));
      for (const key of keys) {
        const availability = find(key) as Availability | undefined;
        if (availability !== undefined && hasOtherRules(availability, now)) suspects.push(availability);
      }
    },
  };
}

function newPlace(known: Set<string>, place: Place): readonly RecordKey[] {
  const name = JSON.stringify([place.providerId, place.facilityId]);
  if (known.has(name)) return [];
  known.add(name);
  return [availabilityKey(place)];
}

interface MoveInput {
  readonly actor: Actor;
  readonly dryRun: boolean;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** Stretch by stretch, as slots are published. @throws BookingError */
export async function* movedSlots(
  settings: EngineSettings,
  { providerId, facilityId }: Availability,
  { actor, dryRun, ...window }: MoveInput,
): AsyncGenerator<MovedSlot> {
  const now = settings.clock.now().getTime();
  const until = new Date(
    Math.min(window.to?.getTime() ?? Number.POSITIVE_INFINITY, now + limits.publishedDays * dayMs),
  );
  for (let from = new Date(Math.max(now, window.from?.getTime() ?? now)); from < until; ) {
    const command = { actor, reason: "The rules of the time zone have changed", providerId, facilityId, from, until };
    const parsed = {
      name: "publishSlots",
      command,
      rule: rule as Rule<unknown, MovedStretch>,
      hashedAs: "moveSlots",
    } as const;
    const stretch = await (dryRun ? decideOnly : runCommand<MovedStretch>)(settings, parsed);
    yield* movesIn(stretch, dryRun ? "repairable" : "repaired");
    from = new Date(stretch.to);
  }
}

function movesIn(
  { moved, newStarts, withdrawnIds }: MovedStretch,
  repaired: MovedSlot["outcome"],
): readonly MovedSlot[] {
  return moved.map((slot, place) => {
    const { id: slotId, status, appointmentId, start, end } = slot;
    const newStart = new Date(newStarts[place] as number);
    const newEnd = new Date(newStart.getTime() + durationMs(slot));
    const outcome = withdrawnIds.includes(slotId) ? repaired : "manual";
    return { slotId, status, appointmentId, start, end, newStart, newEnd, outcome };
  });
}
