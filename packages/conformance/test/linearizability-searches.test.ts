import { createEngine, maximumAppointments, type Slot, type StorageAdapter } from "@slotwright/core";
import { keyOf } from "@slotwright/core/adapter";
import { memoryAdapter } from "@slotwright/core/memory";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { manualClock, minutes, patient, place, provider } from "../src/fixtures.ts";
import { anyPlay, createTurns, gatedAdapter, intercepted, optionsByTurns, perform, problemsOf } from "../src/index.ts";
import { checkHistory, createRecorder, type History, type RecordedEngine } from "../src/linearizability/index.ts";

const policies = [maximumAppointments({ count: 1, minutes: 600 })];
const by = { actor: provider, ...place };
const search = { providerIds: [place.providerId], from: minutes(0), to: minutes(600) };
const times = { ...search, facilityId: place.facilityId, minutes: 30 };
const hours = {
  openings: "computed",
  offer: { minutes: 30 },
  weekly: [{ days: ["monday"], from: "15:00", to: "16:00" }],
} as const;

/** What one caller was told, call by call: three free slots, a booking of the first, a search before and after each. */
async function recorded(find: (engine: RecordedEngine) => Promise<unknown>): Promise<History> {
  const clock = manualClock();
  const engine = createEngine({ storage: memoryAdapter(), clock, policies });
  const recorder = createRecorder({ clock });
  const caller = recorder.by("caller", engine);
  const slots = [0, 60, 120].map((from) => ({ start: minutes(from), end: minutes(from + 30) }));
  await caller.setAvailability({ ...by, hours });
  const created = await caller.createSlots({ ...by, slots });
  await find(caller);
  await caller.book({ actor: patient, subjectId: "p-1", slotId: (created.slots[0] as Slot).id });
  await find(caller);
  return recorder.history();
}

type Call = History["calls"][number];

interface Found {
  readonly items: readonly object[];
}

/** These calls in turn, or the second search while the booking is under way. */
function timed(history: History, isAtOnce = false): History {
  const at = (index: number) => (isAtOnce && index >= 3 ? 30 : index * 10);
  return {
    ...history,
    calls: history.calls.map((call, index) => ({ ...call, called: at(index), returned: at(index) + 5 })),
  };
}

/** With another answer to the second search. */
function answering(history: History, change: (items: readonly object[], earlier: readonly object[]) => unknown) {
  const itemsOf = ({ outcome }: Call) => ("result" in outcome ? outcome.result : {}) as Found;
  const [{ items: earlier }, { items: last }] = [2, 4].map((at) => itemsOf(history.calls[at] as Call)) as [
    Found,
    Found,
  ];
  const outcome = { status: "done", result: { items: change(last, earlier), nextCursor: null } } as const;
  return { ...history, calls: [...history.calls.slice(0, 4), { ...(history.calls[4] as Call), outcome }] };
}

const isLinear = (history: History) => checkHistory(history, { policies }).linearizable;

const searches: readonly (readonly [
  string,
  (engine: RecordedEngine) => Promise<{ readonly items: readonly object[] }>,
])[] = [
  ["findOpen", (engine) => engine.findOpen(search)],
  ["findTimes", (engine) => engine.findTimes(times)],
  ["findOpen for a subject", (engine) => engine.as(patient).findOpen({ ...search, subjectId: "p-2" })],
  ["findTimes for a subject", (engine) => engine.as(patient).findTimes({ ...times, subjectId: "p-2" })],
];

describe.each(searches)("a history with %s", (_, find) => {
  it("has an order in which each answer was so at its moment", async () => {
    const history = await recorded(find);
    const found = history.calls.filter(({ name }) => name.startsWith("find"));
    expect(found.map(({ outcome }) => outcome.status)).toEqual(["done", "done"]);
    expect(isLinear(timed(history))).toBe(true);
  });

  it("has none with an answer that leaves one out, has one twice, or shows what was taken before", async () => {
    const history = timed(await recorded(find));
    expect(isLinear(answering(history, (items) => items))).toBe(true);
    expect(isLinear(answering(history, (items) => items.slice(1)))).toBe(false);
    expect(isLinear(answering(history, (items) => [...items, ...items.slice(-1)]))).toBe(false);
    expect(isLinear(answering(history, (items) => items.toReversed()))).toBe(false);
    expect(isLinear(answering(history, (_items, earlier) => earlier))).toBe(false);
    // What was taken meanwhile may have been read before.
    expect(isLinear(answering(timed(history, true), (_items, earlier) => earlier))).toBe(true);
  });
});

describe("a search for a subject", () => {
  it("offers nothing to whom a policy would refuse it", async () => {
    const history = await recorded((engine) => engine.as(patient).findOpen({ ...search, subjectId: "p-1" }));
    const [, , before, , after] = history.calls.map(({ outcome }) => outcome as { result?: { items?: object[] } });
    expect([before?.result?.items?.length, after?.result?.items?.length]).toEqual([3, 0]);
    expect(isLinear(timed(history))).toBe(true);
    const taken = answering(timed(history), (_, earlier) => earlier.slice(1));
    expect(isLinear(taken)).toBe(false);
    // Who does not say by which policies it was decided is told nothing of it.
    expect(checkHistory(taken).linearizable).toBe(true);
  });
});

type Break = (storage: StorageAdapter) => StorageAdapter;

/** Changes what searches read, and nothing that commands rest on. */
const ofLists =
  (change: <Row extends { readonly id: string }>(rows: readonly Row[]) => readonly Row[]): Break =>
  (storage) =>
    intercepted(storage, (calls) => ({
      findOpen: async (query, call) => change(await calls.findOpen(query, call)),
      findSlots: async (query, call) => {
        const rows = await calls.findSlots(query, call);
        return query.displayOnly ? change(rows) : rows;
      },
    }));

/** Shows what a commit has changed as it was before, in the search that follows it. */
const stale: Break = (storage) => {
  let before: readonly Slot[] = [];
  return intercepted(storage, (calls) => ({
    async commit(transitions, call) {
      const keys = transitions.flatMap(({ put }) => put.filter(({ kind, version }) => kind === "slot" && version > 1));
      const read = await calls.load(keys.map(keyOf), { displayOnly: true });
      const outcomes = await calls.commit(transitions, call);
      before = read.flatMap((record) => (record?.kind === "slot" ? [record] : []));
      return outcomes;
    },
    async findOpen(query, call) {
      const rows = await calls.findOpen(query, call);
      const free = before.filter(
        ({ status, start, providerId }) =>
          status === "available" && start >= (query.startFrom ?? start) && query.providerIds?.includes(providerId),
      );
      const others = rows.filter(({ id }) => !free.some((slot) => slot.id === id));
      return [...others, ...free].sort((a, b) => Number(a.start) - Number(b.start)).slice(0, query.limit);
    },
    async findSlots(query, call) {
      const rows = await calls.findSlots(query, call);
      if (!query.displayOnly) return rows;
      return rows.map((row) => before.find(({ id }) => id === row.id) ?? row);
    },
  }));
};

/** The first of so many plays that shows something, or -1. */
async function firstPlayAgainst(breakIt: Break, plays: number): Promise<number> {
  const storage = breakIt(memoryAdapter() as never);
  for (const [index, play] of fc.sample(anyPlay, { numRuns: plays, seed: 11 }).entries()) {
    const turns = createTurns({ choices: play.choices });
    const storages = [gatedAdapter(storage, turns.next)];
    const stage = { storages, observer: storage, name: `-${index}`, options: optionsByTurns(turns) };
    const performance = await perform(play, stage, turns.run);
    const problems = await problemsOf(performance, storage);
    if (problems.some((problem) => problem.startsWith("Not linearizable"))) return index;
  }
  return -1;
}

describe("an adapter whose searches", () => {
  it.each<readonly [string, Break]>([
    ["leave a row out", ofLists((rows) => (rows.length > 1 ? rows.slice(1) : rows))],
    ["have a row twice", ofLists((rows) => [...rows.slice(0, 1), ...rows])],
    ["show a row as it was", stale],
  ])(
    "%s is found out by random histories",
    async (_, breakIt) => {
      expect(await firstPlayAgainst(breakIt, 60)).toBeGreaterThanOrEqual(0);
    },
    60_000,
  );
});
