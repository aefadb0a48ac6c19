import type { Slot, SlotStatus, StorageAdapter } from "@slotwright/core";
import { type CallOptions, compareIds, type OpenQuery, type OpenSeat, type Position } from "@slotwright/core/adapter";
import { type Mutant, withCalls } from "./mutant.ts";

const ofSeats = (change: (seats: readonly OpenSeat[], query: OpenQuery) => readonly OpenSeat[]): Mutant["breakIt"] =>
  withCalls((storage) => ({
    findOpen: async (query, call) => change(await storage.findOpen(query, call), query),
  }));

const seatOf = ({ id, providerId, facilityId, start, end, version }: Slot): OpenSeat => {
  return { id, providerId, facilityId, start, end, version };
};

function inOrder<One extends Position>(found: readonly One[], { descending, limit }: OpenQuery): readonly One[] {
  const sorted = found.toSorted((a, b) => a.start.getTime() - b.start.getTime() || compareIds(a.id, b.id));
  return (descending ? sorted.reverse() : sorted).slice(0, limit);
}

/** Offers what is not free as well. */
const offering = (status: SlotStatus): Mutant => ({
  key: `findOpen offers ${status} seats`,
  breakIt: withCalls((storage) => ({
    findOpen: async (query, call) => {
      const free = await storage.findOpen(query, call);
      const others = await storage.findSlots({ ...query, statuses: [status] }, call);
      return inOrder([...free, ...others.map(seatOf)], query);
    },
  })),
});

const hasEnded = ({ hold }: Slot, { asOf }: OpenQuery): boolean => hold !== null && hold.expiresAt <= asOf;

/** Slots that were made of openings for holds which have ended. */
const endedOpenings = async (storage: StorageAdapter<never>, query: OpenQuery, call?: CallOptions) =>
  (await storage.findSlots({ ...query, statuses: ["withdrawn"] }, call)).filter((slot) => hasEnded(slot, query));

/** As if these slots were like others, whose time stays theirs. */
const endedOpeningMutants: readonly Mutant[] = [
  {
    key: "findSlots has ended holds of openings as available",
    breakIt: withCalls((storage) => ({
      async findSlots(query, call) {
        const found = await storage.findSlots(query, call);
        const [isFree, isGone] = (["available", "withdrawn"] as const).map((one) => query.statuses?.includes(one));
        if (isFree === isGone) return found;
        if (isGone) return found.filter((slot) => !hasEnded(slot, query));
        return inOrder([...found, ...(await endedOpenings(storage, query, call))], query);
      },
    })),
  },
  {
    key: "findOpen has ended holds of openings as available",
    breakIt: withCalls((storage) => ({
      async findOpen(query, call) {
        const free = await storage.findOpen(query, call);
        return inOrder([...free, ...(await endedOpenings(storage, query, call)).map(seatOf)], query);
      },
    })),
  },
];

/** What is on offer may be wrong in ways that no other list has. */
export const openMutants: readonly Mutant[] = [
  ...(["booked", "held", "blocked", "withdrawn"] as const).map(offering),
  ...endedOpeningMutants,
  {
    key: "findOpen misses the last seat of a full page",
    breakIt: ofSeats((seats, { limit }) => (seats.length < limit ? seats : seats.slice(0, -1))),
  },
  {
    key: "findOpen has one seat of each group",
    breakIt: ofSeats((seats) => {
      const groups = Map.groupBy(seats, ({ providerId, facilityId, start, end }) =>
        JSON.stringify([providerId, facilityId, start, end]),
      );
      return [...groups.values()].flatMap((group) => group.slice(0, 1));
    }),
  },
  {
    key: "a search for what lies at a time finds no blocked slots",
    breakIt: withCalls((storage) => ({
      findSlots: async (query, call) => {
        const found = await storage.findSlots(query, call);
        const isAroundTime = query.endAfter !== undefined && (query.statuses?.length ?? 0) > 1;
        return isAroundTime ? found.filter(({ status }) => status !== "blocked") : found;
      },
    })),
  },
  {
    key: "findOpen has the version after",
    breakIt: ofSeats((seats) => seats.map((seat) => ({ ...seat, version: seat.version + 1 }))),
  },
];
