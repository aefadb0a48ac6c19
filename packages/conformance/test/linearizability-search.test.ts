import { createEngine, type Slot } from "@slotwright/core";
import { createMemoryDatabase, memoryAdapter } from "@slotwright/core/memory";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { manualClock, minutes, patient, place, provider } from "../src/fixtures.ts";
import { anyPlay, createTurns, gatedAdapter, optionsByTurns, type Play, perform, policiesNamed } from "../src/index.ts";
import { candidatesOf } from "../src/linearizability/candidates.ts";
import { houseOf } from "../src/linearizability/house.ts";
import {
  assertLinearizable,
  checkHistory,
  createRecorder,
  type History,
  type HistoryCall,
  type RecordedEngine,
  settleUnknown,
} from "../src/linearizability/index.ts";
import { initialState, type ModelState } from "../src/linearizability/model-state.ts";

/** Every order that the times allow, one after another, without any shortcut. This is slow, and hard to get wrong. */
function isLinearizableByForce(history: History, policies: readonly string[]): boolean {
  const candidates = candidatesOf({ ...history, house: houseOf(policiesNamed(policies)) });
  const tried = new Set<string>();
  const goesOn = (left: ReadonlySet<number>, state: ModelState): boolean => {
    if ([...left].every((index) => candidates[index]?.isOptional)) return true;
    const key = `${[...left]} ${state.fingerprint}`;
    if (tried.has(key)) return false;
    tried.add(key);
    return [...left].some((index) => {
      const candidate = candidates[index] as (typeof candidates)[number];
      const isLate = [...left].some((other) => (candidates[other]?.returned ?? 0) < candidate.called);
      const step = isLate ? { mismatch: "" } : candidate.run(state);
      return "state" in step && goesOn(new Set([...left].filter((other) => other !== index)), step.state);
    });
  };
  return goesOn(new Set(candidates.keys()), initialState(history.initial));
}

/** The call that was answered last may have taken effect, and others may have seen that, before it was answered. */
function beforeLastAnswer({ calls, ...history }: History): History {
  const last = calls.reduce((latest, call) => ((call.returned ?? -1) >= (latest.returned ?? -1) ? call : latest));
  const outcome = { ...last.outcome, status: "unknown" } as const;
  return { ...history, calls: calls.map((call) => (call === last ? { ...call, returned: null, outcome } : call)) };
}

/**
 * Whether the call that does not fit has an answer. A call that was only found later has no time at which to cut the
 * history.
 */
function isAnswered({ calls }: History): boolean {
  return calls.every(({ returned, outcome }) => returned !== null || outcome.status === "unknown");
}

async function played(play: Play): Promise<History> {
  const turns = createTurns({ choices: play.choices });
  const database = createMemoryDatabase();
  const storages = [0, 1].map(() => gatedAdapter(memoryAdapter({ database }), turns.next));
  const overlapScope = play.choices.length % 2 === 0 ? "facility" : "provider";
  const options = { ...optionsByTurns(turns), overlapScope } as const;
  const stage = { storages, observer: memoryAdapter({ database }), options };
  const { history } = await perform({ ...play, callers: play.callers.slice(0, 3) }, stage, turns.run);
  return history;
}

type Lie = (history: History, at: number, other: number) => History;

const onCall = (history: History, at: number, change: (call: History["calls"][number]) => object): History => {
  const index = at % history.calls.length;
  return { ...history, calls: history.calls.map((call, i) => (i === index ? { ...call, ...change(call) } : call)) };
};

/** What a history becomes if a storage lies, or if an answer is lost. Some of it can still be explained. */
const lies: readonly Lie[] = [
  (history) => history,
  // Another call's answer.
  (history, at, other) =>
    onCall(history, at, () => ({ outcome: history.calls[other % history.calls.length]?.outcome })),
  // A version that is one off.
  (history, at, other) =>
    onCall(history, at, ({ outcome }) => ({
      outcome: JSON.parse(
        JSON.stringify(outcome).replace(/"version":(\d+)/, (_, n) => `"version":${Number(n) + (other % 2 ? 1 : -1)}`),
      ),
    })),
  // An effect that disappears, and one whose caller never heard of it.
  (history, at) => onCall(history, at, () => ({ outcome: { status: "failed", code: "storage_busy" } })),
  (history, at) => onCall(history, at, () => ({ returned: null })),
  (history, at) =>
    onCall(history, at, ({ outcome }) => ({ returned: null, outcome: { ...outcome, status: "unknown" } })),
  // Calls that start later, or are answered sooner, than in truth.
  (history, at, other) =>
    onCall(history, at, ({ called }) => ({
      called: Math.max(called, history.calls[other % history.calls.length]?.called ?? 0),
    })),
  (history, at) => onCall(history, at, ({ called }) => ({ returned: called })),
  // A call that is not recorded at all, or is recorded twice.
  (history, at) => ({ ...history, calls: history.calls.filter((_, index) => index !== at % history.calls.length) }),
  (history, at) => ({
    ...history,
    calls: history.calls.flatMap((call, index) =>
      index === at % history.calls.length
        ? [call, { ...call, id: "again", returned: call.returned && call.returned + 1 }]
        : [call],
    ),
  }),
];

const isInTime = ({ calls }: History) => calls.every(({ called, returned }) => returned === null || called <= returned);

describe("the checker's shortcuts", () => {
  it("agree with a search of all orders, on true histories and on ones that were tampered with", async () => {
    const seen = { true: 0, false: 0 };
    const tampering = fc.array(fc.tuple(fc.constantFrom(...lies), fc.nat(100), fc.nat(100)), { maxLength: 2 });
    const property = fc.asyncProperty(anyPlay, tampering, async (play, changes) => {
      const history = changes.reduce((so, [lie, at, other]) => lie(so, at, other), await played(play));
      fc.pre(isInTime(history));
      const { policies = [] } = play;
      const verdict = checkHistory(history, policiesNamed(policies));
      const { linearizable } = verdict;
      expect(linearizable).toBe(isLinearizableByForce(history, policies));
      seen[`${linearizable as boolean}`] += 1;
      if (linearizable !== false) return;
      // It was shrunk to the real reason: all was well until the last answer.
      const { counterexample } = verdict;
      expect(isLinearizableByForce(counterexample, policies)).toBe(false);
      if (!isAnswered(counterexample)) return;
      expect(isLinearizableByForce(beforeLastAnswer(counterexample), policies)).toBe(true);
    });
    await fc.assert(property, { numRuns: 300 });
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(20);
  });
});

/** A store with some slots, an engine, and the records for the beginning of a history. */
async function storeWith(slotCount: number) {
  const clock = manualClock();
  const database = createMemoryDatabase();
  const storage = memoryAdapter({ database });
  const engine = createEngine({ storage, clock });
  const times = Array.from({ length: slotCount }, (_, n) => ({ start: minutes(n * 30), end: minutes(n * 30 + 30) }));
  const { slots, schedule } = await engine.createSlots({ actor: provider, ...place, slots: times });
  return { clock, storage, engine, slots, initial: [schedule, ...slots] };
}

describe("holds", () => {
  it("may end during a call, which is then decided between one end and another", async () => {
    const { clock, engine, slots, initial } = await storeWith(2);
    const [short, long] = slots as [Slot, Slot];
    const recorder = createRecorder({ clock, initial });
    const [held, caller] = ["h", "c"].map((name) => recorder.by(name, engine)) as [RecordedEngine, RecordedEngine];
    await held.hold({ actor: provider, slotId: short.id, seconds: 10 });
    await held.hold({ actor: provider, slotId: long.id, seconds: 20 });
    clock.advance(15_000);
    const want = { actor: patient, slotId: short.id, alsoSlotIds: [long.id], subjectId: "p" };
    await caller.book(want).catch(() => {});
    const { calls, ...history } = recorder.history();
    const last = calls.at(-1) as HistoryCall;
    expect(last.outcome).toMatchObject({ code: "slot_held", details: { slotId: long.id } });
    const at = (seconds: number) => new Date(Date.parse(last.calledAt) + seconds * 1000).toISOString();
    const slow = { ...last, calledAt: at(-10), returnedAt: at(10) };
    expect(checkHistory({ ...history, calls: [...calls.slice(0, -1), slow] })).toMatchObject({ linearizable: true });
    const early = { ...last, calledAt: at(-10), returnedAt: at(-6) };
    expect(checkHistory({ ...history, calls: [...calls.slice(0, -1), early] })).toMatchObject({ linearizable: false });
  });
});

/** At most two thousand calls of sixteen callers on three slots. The answers of some are lost. */
async function longHistory(callsOfOne = 125): Promise<History> {
  const { clock, engine, storage, slots, initial } = await storeWith(3);
  const gated = createEngine({ clock, storage: gatedAdapter(storage, () => new Promise((go) => setImmediate(go))) });
  const recorder = createRecorder({ clock, initial });
  const booked: string[] = [];
  const caller = async (number: number) => {
    const asCaller = recorder.by(`caller ${number}`, number % 2 === 0 ? engine : gated);
    for (let n = 0; n < callsOfOne; n++) {
      const slotId = slots[(n * 7 + number) % 3]?.id as string;
      const want = { actor: patient, subjectId: `p-${number}` };
      const time = { ...place, start: minutes(0), end: minutes(30), ifNoSlot: "schedule" } as const;
      const works = [
        async () => booked.push((await asCaller.book({ ...want, slotId })).appointment.id),
        async () => booked.push((await asCaller.book({ ...want, ...time })).appointment.id),
        () => asCaller.cancel({ actor: patient, appointmentId: booked.shift() ?? "none" }),
        () => asCaller.getSlot(slotId),
        () => asCaller.reschedule({ actor: patient, appointmentId: booked.at(-1) ?? "none", slotId }),
      ];
      await works[(n * 3 + number) % 5]?.().catch(() => {});
    }
  };
  await Promise.all(Array.from({ length: 16 }, (_, number) => caller(number)));
  const history = recorder.history();
  const lose = (call: HistoryCall, index: number): HistoryCall =>
    index % 100 === 50 ? { ...call, returned: null, outcome: { status: "unknown" } } : call;
  return settleUnknown({ ...history, calls: history.calls.map(lose) }, storage);
}

describe("a long history", () => {
  it("of 2 000 calls by 16 callers on 3 slots, 20 of them without an answer, is decided in seconds", async () => {
    const history = await longHistory();
    expect(history.calls.filter(({ returned }) => returned === null)).toHaveLength(20);
    expect(checkHistory(history)).toMatchObject({ linearizable: true });
  }, 20_000);

  it("with one stale read is recognised, and printed with what happened shortly before", async () => {
    const history = await longHistory(30);
    const reads = history.calls.filter(({ name, outcome }) => name === "getSlot" && outcome.status === "done");
    const [early, late] = [reads[10], reads.at(-10)] as [HistoryCall, HistoryCall];
    const stale = { ...late, input: early.input, outcome: early.outcome };
    const verdict = checkHistory({ ...history, calls: history.calls.map((call) => (call === late ? stale : call)) });
    if (verdict.linearizable !== false) throw new Error("it must not be");
    expect(verdict.explanation).toMatch(new RegExp(`^${late.id} cannot come next: the rules answer S\\d `, "m"));
    expect(verdict.explanation).toMatch(/^\d+ earlier calls, which are explained, are left out\.$/m);
    expect(verdict.explanation.split("\n").length).toBeLessThan(150);
  }, 60_000);

  it("of 20 000 reads is not too deep", async () => {
    const { slots, initial, engine } = await storeWith(1);
    const recorder = createRecorder({ initial });
    await recorder.by("c", engine).getSlot(slots[0]?.id ?? "");
    const history = recorder.history();
    const [read] = history.calls as [HistoryCall];
    const calls = Array.from({ length: 20_000 }, (_, n) => ({
      ...read,
      id: `r${n}`,
      called: n * 2,
      returned: n * 2 + 1,
    }));
    expect(checkHistory({ ...history, calls })).toMatchObject({ linearizable: true });
  });
});

describe("a history that is not decided within the given tries", () => {
  it("does not pass, and says why", async () => {
    const history = await longHistory(20);
    const verdict = checkHistory(history, { maxTries: 100 });
    expect(verdict.linearizable).toBeUndefined();
    expect(() => assertLinearizable(history, { maxTries: 100 })).toThrow(
      /^Undecided: \d+ calls can be put in more orders than could be tried \(100 tries\)\.\nNothing is proved/,
    );
  });
});

it("if answers that nobody looked up may be the reason, the verdict says so", async () => {
  const { engine, slots, initial } = await storeWith(1);
  const recorder = createRecorder({ initial });
  const caller = recorder.by("c", engine);
  const slotId = slots[0]?.id as string;
  await caller.book({ actor: patient, slotId, subjectId: "p" });
  await caller.getSlot(slotId);
  const { calls, ...history } = recorder.history();
  const [booked, seen] = calls as [HistoryCall, HistoryCall];
  const lost = { ...booked, returned: null, outcome: { status: "unknown" } } as const;
  expect(() => assertLinearizable({ ...history, calls: [lost, seen] })).toThrow(
    /Counted as without effect, because their answers are not known: c1\. Use settleUnknown to look them up\./,
  );
});
