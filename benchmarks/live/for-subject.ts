import {
  buffer,
  createEngine,
  type LiveOfSubject,
  type LiveSlots,
  maximumAppointments,
  maximumHorizon,
  maximumPerDay,
  minimumNotice,
  noOverlapOfSubject,
  type Policy,
  type StorageAdapter,
} from "@slotwright/core";
import { pageSize } from "../contenders/contender.ts";
import { type SearchFigure, timedCalls } from "./search-figure.ts";

export interface SubjectFigures {
  readonly search: SearchFigure;
  /** How many of the free slots the policies let the subject have. */
  readonly passing: number;
}

type Search = Parameters<LiveSlots["findOpen"]>[0];

/** The six that look at something, or at the time. Each looks around every slot; the cap of a day refuses about half. */
const policies: readonly Policy[] = [
  minimumNotice({ minutes: 60 }),
  maximumHorizon({ days: 400 }),
  noOverlapOfSubject(),
  maximumAppointments({ count: 3, minutes: 7 * 24 * 60 }),
  buffer({
    beforeMinutes: 0,
    afterMinutes: 0,
    except: [{ providerId: "another", beforeMinutes: 15, afterMinutes: 15 }],
  }),
  maximumPerDay({ count: 11 }),
];

/** The search for a subject who has two appointments, by an engine with six policies. */
export async function searchForSubject(
  storage: StorageAdapter,
  window: { readonly from: Date; readonly to: Date; readonly maxSlots: number },
  searches: readonly Search[],
  calls: number,
): Promise<SubjectFigures> {
  const engine = createEngine({ storage, policies });
  const { slots } = await engine.createSlots({
    actor: { kind: "desk", id: "front" },
    providerId: "elsewhere",
    facilityId: "elsewhere",
    slots: [0, 1].map((day) => timeOn(window.from, day)),
  });
  const actor = { kind: "patient", id: "ada" };
  for (const { id } of slots) await engine.book({ actor, slotId: id, subjectId: "ada" });
  const live = await engine.follow(window);
  try {
    const own = await live.forSubject({ actor, subjectId: "ada" });
    return {
      search: await timedSearch(own, searches, calls),
      passing: await passing(live, own, searches.slice(0, 100)),
    };
  } finally {
    live.close();
  }
}

function timeOn(from: Date, day: number) {
  const start = from.getTime() + (day * 24 + 12) * 60 * 60_000;
  return { start: new Date(start), end: new Date(start + 10 * 60_000) };
}

function timedSearch(own: LiveOfSubject, searches: readonly Search[], calls: number): Promise<SearchFigure> {
  const findOpen = async (call: number) => {
    const { items, source } = await own.findOpen({ ...searches[call % searches.length], limit: pageSize });
    if (items.length !== pageSize || source !== "live") {
      throw new Error(`${items.length} were found, by the ${source}.`);
    }
  };
  return timedCalls("the same for a subject, with six policies", calls, findOpen, searches.length);
}

/** Of the free slots that a page of the search goes past. */
async function passing(live: LiveSlots, own: LiveOfSubject, searches: readonly Search[]): Promise<number> {
  let [passed, gonePast] = [0, 0];
  for (const search of searches) {
    const { items } = await own.findOpen({ ...search, limit: pageSize });
    const last = items.at(-1)?.start;
    passed += items.length;
    gonePast += live
      .findOpen({ ...search, limit: 500 })
      .items.filter(({ start }) => last !== undefined && start <= last).length;
  }
  return passed / gonePast;
}
