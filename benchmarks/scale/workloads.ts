import { createEngine, type Engine } from "@slotwright/core";
import {
  bookedDigit,
  type DataSet,
  providerIdOf,
  slotIdOf,
  slotNumberOf,
  slotsPerWeek,
  weekStart,
} from "./data-set.ts";
import type { Reach, ScaleWorkload } from "./result.ts";
import type { Store } from "./stores/store.ts";

const actor = { kind: "benchmark", id: "bench" };

const providersPerSearch = 50;
const bookedPerWeek = slotsPerWeek / 10;

/** The same numbers in every run. */
export type Draw = (below: number) => number;

export function createDraw(seed: number): Draw {
  let state = seed >>> 0;
  return (below) => {
    // Mulberry32, in two draws for more than its 32 bits.
    const next = () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
    return Math.floor((next() + next() / 2 ** 32) * below) % below;
  };
}

/** Calls of one workload, made before they are timed, and what is to be done after them, untimed. */
export interface Calls {
  readonly calls: readonly (() => Promise<unknown>)[];
  readonly after: () => Promise<void>;
}

interface Wanted {
  readonly engine: Engine<never>;
  readonly data: DataSet;
  readonly draw: Draw;
  readonly reach: Reach;
  readonly count: number;
}

export function callsOn(store: Store, workload: ScaleWorkload, of: Omit<Wanted, "engine" | "data">): Calls {
  // Slots may be anywhere, and booking a remembered one would not search for it.
  const engine = createEngine({ storage: store.storage(), remember: { slots: 0 } });
  return makers[workload]({ ...of, engine, data: store.data });
}

const makers: Readonly<Record<ScaleWorkload, (wanted: Wanted) => Calls>> = {
  book: bookings,
  search: searches,
  history: histories,
};

const nothing = async (): Promise<void> => {};

/** Slots become free again, so that every round, and every size, finds the same. */
function bookings({ engine, data, draw, reach, count }: Wanted): Calls {
  const booked: string[] = [];
  const calls = distinct(count, () => slotNumber(data, draw, reach, freePlace(draw))).map((number) => async () => {
    const { appointment } = await engine.book({ actor, slotId: slotIdOf(number), subjectId: `subject-${number}` });
    booked.push(appointment.id);
  });
  return {
    calls,
    after: async () => {
      for (const appointmentId of booked) await engine.cancel({ actor, appointmentId });
    },
  };
}

function searches({ engine, data, draw, reach, count }: Wanted): Calls {
  const calls = Array.from({ length: count }, () => {
    const week = reach === "same" ? sameWeek(data) : draw(data.weeks);
    const first = reach === "same" ? 0 : draw(data.providers);
    const spreadOut = Array.from({ length: providersPerSearch }, (_, index) => spread(index, first, data));
    const providerIds = spreadOut.map(providerIdOf);
    const [from, to] = [new Date(weekStart(week)), new Date(weekStart(week + 1))];
    return async () => {
      const { items } = await engine.listSlots({ providerIds, from, to, statuses: ["available"], limit: 100 });
      if (items.length !== 100) throw new Error(`100 slots were expected, and ${items.length} found.`);
    };
  });
  return { calls, after: nothing };
}

/** Fifty different providers, far from each other. */
function spread(index: number, first: number, { providers }: DataSet): number {
  return (first + Math.floor((index * providers) / providersPerSearch)) % providers;
}

/** Booked slots: two entries each, which were written at different times. */
function histories({ engine, data, draw, reach, count }: Wanted): Calls {
  const calls = Array.from({ length: count }, () => {
    const slotId = slotIdOf(slotNumber(data, draw, reach, bookedPlace(draw)));
    return async () => {
      const { items } = await engine.history({ slotId });
      if (items.length !== 2) throw new Error(`Two entries were expected of ${slotId}, and ${items.length} found.`);
    };
  });
  return { calls, after: nothing };
}

const sameWeek = ({ weeks }: DataSet): number => Math.floor(weeks / 2);

function slotNumber(data: DataSet, draw: Draw, reach: Reach, index: number): number {
  if (reach !== "same") return slotNumberOf(data, draw(data.weeks), draw(data.providers), index);
  return slotNumberOf(data, sameWeek(data), spread(draw(providersPerSearch), 0, data), index);
}

const bookedPlace = (draw: Draw): number => draw(bookedPerWeek) * 10 + bookedDigit;

function freePlace(draw: Draw): number {
  const index = draw(slotsPerWeek);
  return index % 10 === bookedDigit ? index + 1 : index;
}

function distinct(count: number, make: () => number): readonly number[] {
  const numbers = new Set<number>();
  while (numbers.size < count) numbers.add(make());
  return [...numbers];
}
