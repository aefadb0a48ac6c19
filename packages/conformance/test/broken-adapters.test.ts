import type { StorageAdapter } from "@slotwright/core";
import { type Around, keyOf, type Transition } from "@slotwright/core/adapter";
import { describe, expect, it } from "vitest";
import { type ConformanceCase, conformanceCases, describeConformance, runConformanceCase } from "../src/index.ts";
import { openMemoryStore } from "../src/memory-store.ts";

type Break = (storage: StorageAdapter) => StorageAdapter;

/** The suite's cases that a broken adapter fails. The suite runs until the first wanted one. */
async function failedCases(breakIt: Break, keys: readonly string[]): Promise<readonly string[]> {
  const open = async () => {
    const store = await openMemoryStore();
    return { ...store, storage: breakIt(store.storage), second: breakIt(store.second) } as never;
  };
  const cases = conformanceCases.filter(({ key }) => keys.includes(key));
  const failed: string[] = [];
  for (const one of cases) {
    await runConformanceCase(one, { name: "broken", open, propertyRuns: 50 }).catch(() => failed.push(one.key));
  }
  return failed;
}

/** Reads the versions, lets others go on, and then writes, whatever the versions are by now. */
const checkThenWrite: Break = (storage) => ({
  ...storage,
  async commit(transitions) {
    const expected = transitions.flatMap(({ expect }) => expect);
    const records = await storage.load(expected.map(({ key }) => key));
    const stale = expected.filter(({ version }, i) => ((records[i] as { version?: number })?.version ?? 0) !== version);
    if (stale.length > 0) return transitions.map(() => ({ status: "stale", keys: stale.map(({ key }) => key) }));
    await new Promise((resolve) => setTimeout(resolve, 1));
    return storage.commit(await Promise.all(transitions.map((one) => asOfNow(storage, one))));
  },
});

async function asOfNow(storage: StorageAdapter, transition: Transition): Promise<Transition> {
  const keys = transition.put.map(keyOf);
  const records = await storage.load(keys);
  const expect = keys.map((key, i) => ({ key, version: (records[i] as { version?: number })?.version ?? 0 }));
  const nextOf = (id: string) => (expect.find(({ key }) => key.id === id)?.version ?? 0) + 1;
  return {
    ...transition,
    expect,
    put: transition.put.map((record) => ({ ...record, version: nextOf(record.id) })),
    journal: transition.journal.map((entry) => ({ ...entry, version: nextOf(entry.recordId) })),
  };
}

const mapTransitions =
  (change: (one: Transition) => Transition): Break =>
  (storage) => ({ ...storage, commit: (transitions) => storage.commit(transitions.map(change)) });

/** Two commands that looked at the same rows then meet nowhere. */
const withoutAgendas = mapTransitions((one) => ({
  ...one,
  expect: one.expect.filter(({ key }) => key.kind !== "agenda"),
  put: one.put.filter(({ kind }) => kind !== "agenda"),
}));

/** Writes agendas over whatever they are by now. */
const uncheckedAgendas: Break = (storage) => ({
  ...storage,
  async commit(transitions) {
    return storage.commit(await Promise.all(transitions.map((one) => withCurrentAgendas(storage, one))));
  },
});

async function withCurrentAgendas(storage: StorageAdapter, transition: Transition): Promise<Transition> {
  const keys = transition.put.filter(({ kind }) => kind === "agenda").map(keyOf);
  const stored = await storage.load(keys);
  const versionOf = (id: string) =>
    (stored[keys.findIndex((key) => key.id === id)] as { version?: number })?.version ?? 0;
  return {
    ...transition,
    expect: transition.expect.filter(({ key }) => key.kind !== "agenda"),
    put: transition.put.map((one) => (one.kind === "agenda" ? { ...one, version: versionOf(one.id) + 1 } : one)),
  };
}

const sightRaces = [
  "sight-races.cap-of-subject",
  "sight-races.cap-of-day",
  "sight-races.subject-with-two",
  "sight-races.buffer",
  "sight-races.whom-it-does-not-hold-for",
  "sight-races.extend",
  "sight-races.move-and-book",
];

/** Waits until the current writer is done, as an unbounded lock of the database does. */
const waitForLocks: Break = (storage) => ({
  ...storage,
  async commit(transitions) {
    for (;;) {
      const outcomes = await storage.commit(transitions).catch(() => undefined);
      if (outcomes !== undefined) return outcomes;
    }
  },
});

const aMillisecondLonger = (place: Around): Around =>
  "slotId" in place ? { ...place, afterMs: place.afterMs + 1 } : { ...place, to: new Date(place.to.getTime() + 1) };

/** Reads the lists, and the agendas when others have gone on. */
const agendasAfterLists: Break = (storage) => ({
  ...storage,
  async loadAround(keys, around, call) {
    const { records, around: found } = await storage.loadAround(keys, around, call);
    await new Promise((resolve) => setTimeout(resolve, 1));
    const later = (await storage.loadAround([], around, call)).around;
    return { records, around: found.map((one, index) => ({ ...one, agenda: later[index]?.agenda })) };
  },
});

/** Takes every version of an agenda for the expected one, and raises none. */
const agendasStay: Break = mapTransitions((one) => ({
  ...one,
  expect: one.expect.filter(({ key }) => key.kind !== "agenda"),
  put: one.put.filter(({ kind }) => kind !== "agenda"),
}));

const broken: readonly { readonly name: string; readonly breakIt: Break; readonly caughtBy: readonly string[] }[] = [
  {
    name: "checks versions and writes later, without a guard",
    breakIt: checkThenWrite,
    caughtBy: [
      "booking.hold-break-race",
      "booking.hold-several-race",
      "races.one-slot",
      "races.creators",
      "request-races.accept-and-book",
      "request-races.accept-twice",
      "request-races.accept-and-decline",
      "request-races.request-and-request",
      "request-races.requests-crossing",
      "request-races.offer-and-book",
      "request-races.offer-and-offer",
      "request-races.answers-to-an-offer",
      "request-races.offer-taken-and-declined",
      "request-races.accept-and-expiry",
      "request-races.offer-and-expiry",
      "random.one-winner",
    ],
  },
  {
    name: "ignores the versions of records that are expected but not written",
    breakIt: mapTransitions((one) => ({
      ...one,
      expect: one.expect.filter(({ key }) => one.put.some(({ id }) => id === key.id)),
    })),
    caughtBy: ["contract.commit-read-only-expectation"],
  },
  {
    name: "compares the version of a slot, and not the status that it is expected with",
    breakIt: mapTransitions((one) => ({ ...one, expect: one.expect.map(({ key, version }) => ({ key, version })) })),
    caughtBy: [
      "contract.commit-expected-status",
      "contract.commit-expected-status-unwritten",
      "booking.remembered-version-again",
      "booking.remembered-booked-by-hand",
    ],
  },
  {
    name: "forgets commands that took effect",
    breakIt: mapTransitions((one) => ({
      ...one,
      command: { ...one.command, id: `${one.command.id} ${Math.random()}` },
    })),
    caughtBy: ["contract.commit-replayed", "booking.idempotency", "races.same-key"],
  },
  {
    name: "skips the journal",
    breakIt: mapTransitions((one) => ({ ...one, journal: [] })),
    caughtBy: ["contract.journal", "booking.history", "random.sequences"],
  },
  {
    name: "loses the last record of a transition",
    breakIt: mapTransitions((one) => ({ ...one, put: one.put.slice(0, -1) })),
    caughtBy: ["booking.direct", "booking.cancel-frees", "random.sequences"],
  },
  {
    name: "takes an expired hold for a live one",
    breakIt: (storage) => ({ ...storage, findSlots: (query) => storage.findSlots({ ...query, asOf: new Date(0) }) }),
    caughtBy: ["contract.find-slots-filters", "booking.hold"],
  },
  {
    name: "reads agendas after the lists that they come with",
    breakIt: agendasAfterLists,
    caughtBy: ["races.around"],
  },
  {
    name: "neither compares nor raises agendas",
    breakIt: agendasStay,
    caughtBy: ["contract.agenda", "contract.agenda-meets", "contract.agenda-batch"],
  },
  {
    name: "takes the end of a place for a part of it",
    breakIt: (storage) => ({
      ...storage,
      loadAround: (keys, around, call) => storage.loadAround(keys, around.map(aMillisecondLonger), call),
    }),
    caughtBy: ["contract.around-edges"],
  },
  {
    name: "does not store the agendas that commands meet on",
    breakIt: withoutAgendas,
    caughtBy: sightRaces,
  },
  {
    name: "stores agendas without checking their versions",
    breakIt: uncheckedAgendas,
    caughtBy: sightRaces,
  },
  {
    name: "waits for rows that other transactions have locked",
    breakIt: waitForLocks,
    caughtBy: ["contract.commit-beside-locks"],
  },
];

describe("a deliberately broken adapter fails the suite", () => {
  it.each(broken)("one that $name", async ({ breakIt, caughtBy }) => {
    expect(await failedCases(breakIt, caughtBy)).toEqual(caughtBy);
  });

  it("while the sound adapter passes the same cases", async () => {
    const keys = [...new Set(broken.flatMap(({ caughtBy }) => caughtBy))];
    expect(await failedCases((storage) => storage, keys)).toEqual([]);
  });
});

describe("known gaps", () => {
  const gap: ConformanceCase = {
    key: "gap",
    title: "a promise",
    run: async () => Promise.reject(new Error("not kept")),
  };
  const kept: ConformanceCase = { ...gap, run: async () => {} };
  const harness = { name: "memory", open: openMemoryStore as never, knownGaps: ["gap"] };

  it("run as expected failures, and fail once they are closed", async () => {
    await runConformanceCase(gap, harness);
    await expect(runConformanceCase(kept, harness)).rejects.toThrow("The known gap gap is closed");
    await expect(runConformanceCase(gap, { ...harness, knownGaps: [] })).rejects.toThrow("not kept");
  });

  it("that match no case are refused by name", async () => {
    const misspelt = { ...harness, knownGaps: ["gap", "contract.commit-names-gard"] };
    const says = "The known gaps of memory name cases that do not exist: contract.commit-names-gard.";
    await expect(runConformanceCase(gap, misspelt)).rejects.toThrow(says);
    expect(() => describeConformance({ describe: () => {}, it: () => {} }, misspelt)).toThrow(
      "do not exist: gap, contract.commit-names-gard.",
    );
  });

  it("cases have stable, unique keys, and register with any runner", () => {
    const names: string[] = [];
    const runner = { describe: (_: string, body: () => void) => body(), it: (name: string) => names.push(name) };
    describeConformance(runner, { ...harness, knownGaps: [] });
    expect(new Set(names).size).toBe(conformanceCases.length);
  });
});
