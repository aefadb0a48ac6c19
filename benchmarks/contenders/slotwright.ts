import {
  type BookingError,
  createEngine,
  type Engine,
  type EngineOptions,
  isBookingError,
  type StorageAdapter,
} from "@slotwright/core";
import { type Application, type FreeSlot, facilityId, pageSize, type Shift, type WorkloadName } from "./contender.ts";

export const actor = { kind: "benchmark", id: "bench" };

export const slotwrightTally = `
  SELECT (SELECT count(*) FROM slotwright_appointments WHERE status = 'confirmed') AS appointments,
    (SELECT count(*) FROM slotwright_slots WHERE status = 'booked') AS booked_slots`;

/** The engine with its default options, as a host uses it. It has seen the slots that it publishes. */
export function slotwright(storage: StorageAdapter<never>, options: SlotwrightOptions = {}): Application {
  const engine = createEngine({ storage, ...options });
  return {
    publish: publisher(engine),
    book: async ({ id }) => {
      try {
        await engine.book({ actor, slotId: id, subjectId: "p-1" });
        return true;
      } catch (error) {
        if (isTaken(error)) return false;
        throw error;
      }
    },
    search: async (search) => {
      const { items } = await engine.listSlots({
        ...search,
        providerIds: [...search.providerIds],
        statuses: ["available"],
        limit: pageSize,
      });
      return items.length;
    },
    findOpen: async ({ providerIds, from, to }) =>
      (await engine.findOpen({ providerIds, from, to, limit: pageSize })).items.length,
    history: async (slotId) => (await engine.history({ slotId })).items.length,
  };
}

type SlotwrightOptions = Omit<EngineOptions<never>, "storage">;

/** The same, as if another process had shown the slots: each has to be read before it is booked. */
export const slotwrightUnseen = (storage: StorageAdapter<never>): Application =>
  slotwright(storage, { remember: { slots: 0 } });

/** What an engine does not remember makes no difference to other engines. */
export const unseenWorkloads: readonly WorkloadName[] = ["own-slots", "hot-slot"];

export function publisher(engine: Engine<never>): (shift: Shift) => Promise<readonly FreeSlot[]> {
  return async ({ providerId, times }) =>
    (await engine.createSlots({ actor, providerId, facilityId, slots: [...times] })).slots;
}

function isTaken(error: unknown): error is BookingError {
  return isBookingError(error, "slot_booked");
}
