import type { SlotStatus } from "@slotwright/core";
import { compareIds, type OpenQuery, type OpenSeat } from "@slotwright/core/adapter";
import { type Mutant, withCalls } from "./mutant.ts";

const ofSeats = (change: (seats: readonly OpenSeat[], query: OpenQuery) => readonly OpenSeat[]): Mutant["breakIt"] =>
  withCalls((storage) => ({
    findOpen: async (query, call) => change(await storage.findOpen(query, call), query),
  }));

function inOrder(seats: readonly OpenSeat[], { descending, limit }: OpenQuery): readonly OpenSeat[] {
  const sorted = seats.toSorted((a, b) => a.start.getTime() - b.start.getTime() || compareIds(a.id, b.id));
  return (descending ? sorted.reverse() : sorted).slice(0, limit);
}

/** Offers what is not free as well. */
const offering = (status: SlotStatus): Mutant => ({
  key: `findOpen offers ${status} seats`,
  breakIt: withCalls((storage) => ({
    findOpen: async (query, call) => {
      const free = await storage.findOpen(query, call);
      const others = await storage.findSlots({ ...query, statuses: [status] }, call);
      const seats = others.map(({ id, providerId, facilityId, start, end, version }) => {
        return { id, providerId, facilityId, start, end, version };
      });
      return inOrder([...free, ...seats], query);
    },
  })),
});

/** What is on offer may be wrong in ways that no other list has. */
export const openMutants: readonly Mutant[] = [
  ...(["booked", "held", "blocked", "withdrawn"] as const).map(offering),
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
