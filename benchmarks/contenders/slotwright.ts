import { setImmediate as nextTurn } from "node:timers/promises";
import {
  type BookingError,
  buffer,
  type Changes,
  createEngine,
  type Engine,
  type EngineOptions,
  isBookingError,
  maximumAppointments,
  maximumHorizon,
  maximumPerDay,
  minimumNotice,
  noOverlapOfSubject,
  type Policy,
  type StorageAdapter,
} from "@slotwright/core";
import type { Audience, NewEntries } from "./audience.ts";
import { type Application, type FreeSlot, facilityId, pageSize, type Shift, type WorkloadName } from "./contender.ts";
import { createGate } from "./gate.ts";
import { once } from "./once.ts";

export const actor = { kind: "benchmark", id: "bench" };

export const slotwrightTally = `
  SELECT (SELECT count(*) FROM slotwright_appointments WHERE status = 'confirmed') AS appointments,
    (SELECT count(*) FROM slotwright_slots WHERE status = 'booked') AS booked_slots`;

export interface Slotwright extends Application {
  readonly audience: Audience;
  /** Ends its live slots. */
  readonly close: () => void;
}

/** The engine with its default options, as a host uses it. It has seen the slots that it publishes. */
export function slotwright(storage: StorageAdapter<never>, options: SlotwrightOptions = {}): Slotwright {
  const gate = createGate();
  const readFeed: typeof storage.readFeed = async (...query) => {
    await gate.pass();
    return storage.readFeed(...query);
  };
  const engine = createEngine({ storage: { ...storage, readFeed }, ...options });
  const ended = new AbortController();
  let subjects = 0;
  const live = once(() => engine.follow({ ...allOfTheYear, signal: ended.signal }));
  return {
    audience: { gate, join: (joining) => joinOf(engine, joining) },
    close: () => ended.abort(),
    publish: publisher(engine),
    book: async ({ id }) => {
      try {
        subjects += 1;
        await engine.book({ actor, slotId: id, subjectId: options.policies === undefined ? "p-1" : `p-${subjects}` });
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
    searchLive: async ({ providerIds, from, to }) => {
      const slots = await live();
      // As callers of a web server, each of whom asks in a turn of its own. The feed is read in between.
      await nextTurn();
      const { items, isStale } = slots.findOpen({ providerIds, from, to, limit: pageSize });
      if (isStale) throw new Error("The live slots are stale.");
      return items.length;
    },
    history: async (slotId) => (await engine.history({ slotId })).items.length,
  };
}

/** When all slots of the benchmark start. */
const allOfTheYear = { from: "2027-01-01T00:00:00Z", to: "2028-01-01T00:00:00Z" };

async function joinOf(engine: Engine<never>, joining: Parameters<Audience["join"]>[0]) {
  const { cursor } = await engine.changes({ after: "end" });
  return partsOf(engine.subscribe({ after: cursor, ...joining }));
}

async function* partsOf(subscription: AsyncIterable<Changes>): AsyncGenerator<NewEntries, undefined> {
  for await (const { entries } of subscription) {
    const booked = () => entries.filter(({ command, recordKind }) => command === "book" && recordKind === "slot");
    yield { count: entries.length, bookedSlots: () => booked().map(({ recordId }) => recordId) };
  }
}

type SlotwrightOptions = Omit<EngineOptions<never>, "storage">;

/** The same, as if another process had shown the slots: each has to be read before it is booked. */
export const slotwrightUnseen = (storage: StorageAdapter<never>): Slotwright =>
  slotwright(storage, { remember: { slots: 0 } });

/** What an engine does not remember makes no difference to other engines. */
export const unseenWorkloads: readonly WorkloadName[] = ["own-slots", "spread-slots", "hot-slot", "taken"];

/** Policies as a clinic has them. All that is asked for passes. */
const policies: readonly Policy[] = [
  minimumNotice({ minutes: 60 }),
  maximumHorizon({ days: 3650 }),
  noOverlapOfSubject(),
  maximumAppointments({ count: 3, minutes: 7 * 24 * 60 }),
  buffer({ beforeMinutes: 0, afterMinutes: 0 }),
  maximumPerDay({ count: 1000 }),
];

/** The same as `slotwrightUnseen`, with six policies: subjects and providers are spread out. */
export const slotwrightWithPolicies = (storage: StorageAdapter<never>): Slotwright =>
  slotwright(storage, { remember: { slots: 0 }, policies });

export const policiesWorkloads: readonly WorkloadName[] = ["own-slots", "spread-slots"];

export function publisher(engine: Engine<never>): (shift: Shift) => Promise<readonly FreeSlot[]> {
  return async ({ providerId, times }) =>
    (await engine.createSlots({ actor, providerId, facilityId, slots: [...times] })).slots;
}

function isTaken(error: unknown): error is BookingError {
  return isBookingError(error, "slot_booked");
}
