import { type Booked, createEngine, type Engine, type Slot } from "@slotwright/core";
import { memoryAdapter } from "@slotwright/core/memory";
import { describe, expect, it } from "vitest";
import { manualClock, minutes, patient, place, provider } from "../src/fixtures.ts";
import {
  checkHistory,
  createRecorder,
  type History,
  type HistoryCall,
  type RecordedEngine,
  settleUnknown,
} from "../src/linearizability/index.ts";

/** A store with the same two slots each time, down to the ids. Copies of it disagree as a broken database would. */
async function copyOfStore() {
  const clock = manualClock();
  const storage = memoryAdapter();
  let made = 0;
  const newId = () => `id-${++made}`;
  const engine = createEngine({ storage, clock, newId, newToken: () => "token" });
  const half = [0, 30].map((start) => ({ start: minutes(start), end: minutes(start + 30) }));
  const { slots, schedule } = await engine.createSlots({ actor: provider, ...place, slots: half });
  return { engine, clock, storage, slot: slots[0] as Slot, other: slots[1] as Slot, initial: [schedule, ...slots] };
}

type Work = (engine: RecordedEngine, slots: { readonly slot: Slot; readonly other: Slot }) => Promise<unknown>;

/** What one caller did on a copy of its own, one call after another. */
async function callsOn(caller: string, work: Work, store?: Awaited<ReturnType<typeof copyOfStore>>) {
  const copy = store ?? (await copyOfStore());
  const recorder = createRecorder({ prefix: `${caller}-`, clock: copy.clock, initial: copy.initial });
  await work(recorder.by(caller, copy.engine), copy).catch(() => {});
  return recorder.history();
}

type OneCall = HistoryCall | undefined;
type Span = readonly [called: number, returned: number | null];

function historyOf(initial: History, timed: readonly (readonly [OneCall, Span])[]): History {
  const calls = timed.map(([call, [called, returned]]) => ({ ...(call as HistoryCall), called, returned }));
  return { ...initial, calls };
}

const inTurn = (initial: History, one: OneCall, two: OneCall): History =>
  historyOf(initial, [
    [one, [0, 10]],
    [two, [20, 30]],
  ]);

const atOnce = (initial: History, one: OneCall, two: OneCall): History =>
  historyOf(initial, [
    [one, [0, 10]],
    [two, [5, 15]],
  ]);

const bookAs =
  (subjectId: string, more: object = {}): Work =>
  (engine, { slot }) =>
    engine.book({ actor: patient, slotId: slot.id, subjectId, ...more });

const look: Work = (engine, { slot }) => engine.getSlot(slot.id);

const setHours =
  (until: string, more: object = {}): Work =>
  (engine) => {
    const weekly = [{ days: ["monday"], from: "09:00", to: until }] as const;
    return engine.setAvailability({ actor: provider, ...place, hours: { offer: { minutes: 30 }, weekly }, ...more });
  };

const lookAtHours: Work = (engine) => engine.getAvailability(place);

const both =
  (...works: readonly Work[]): Work =>
  async (engine, slots) => {
    for (const work of works) await work(engine, slots).catch(() => {});
  };

const cancelLast: Work = async (engine, { slot }) => {
  const { appointmentId } = await engine.getSlot(slot.id);
  await engine.cancel({ actor: patient, appointmentId: appointmentId ?? "none" });
};

function lost(call: OneCall): HistoryCall {
  return { ...(call as HistoryCall), returned: null, outcome: { status: "unknown" } };
}

describe("a history is linearizable", () => {
  it("if calls followed one another", async () => {
    const history = await callsOn("p", both(look, bookAs("p-1"), look, bookAs("p-2"), cancelLast, bookAs("p-2"), look));
    expect(history.calls).toHaveLength(8);
    const verdict = checkHistory(history);
    expect(verdict).toMatchObject({ linearizable: true });
  });

  it("if one of two concurrent calls won, in whichever order they were called", async () => {
    const history = await callsOn("p", both(bookAs("p-1"), bookAs("p-2"), look));
    const [won, refused, seen] = history.calls;
    expect(refused?.outcome).toMatchObject({ status: "refused", code: "slot_booked" });
    for (const [a, b] of [
      [0, 5],
      [5, 0],
    ] as const) {
      const timed = historyOf(history, [
        [won, [a, 10]],
        [refused, [b, 10]],
        [seen, [0, 10]],
      ]);
      expect(checkHistory(timed)).toMatchObject({ linearizable: true });
    }
  });

  it("if a call without an answer took effect later, or never", async () => {
    const history = await callsOn("p", both(look, bookAs("p-1"), look));
    const [before, booked, after] = history.calls;
    const late = historyOf(history, [
      [booked, [0, null]],
      [before, [1, 2]],
      [after, [3, 4]],
    ]);
    expect(checkHistory(late)).toMatchObject({ linearizable: true });
    const never = historyOf(history, [
      [lost(booked), [0, null]],
      [before, [1, 2]],
    ]);
    expect(checkHistory(never)).toMatchObject({ linearizable: true });
  });

  it("if a repeat got the first answer again, and if a key came with another request", async () => {
    const key = { idempotencyKey: "k" };
    const history = await callsOn("p", both(bookAs("p-1", key), bookAs("p-1", key), bookAs("p-2", key)));
    expect(history.calls.map(({ outcome }) => outcome.status)).toEqual(["done", "done", "refused"]);
    expect(checkHistory(history)).toMatchObject({ linearizable: true });
  });

  it("if hours were set and read in turn, before there were any, and with a version that they no longer have", async () => {
    const late = setHours("13:00", { ifVersion: 1 });
    const history = await callsOn(
      "p",
      both(lookAtHours, setHours("12:00"), lookAtHours, setHours("11:00"), late, lookAtHours),
    );
    expect(history.calls.map(({ outcome }) => outcome.status)).toEqual([
      "refused",
      "done",
      "done",
      "done",
      "refused",
      "done",
    ]);
    expect(checkHistory(history)).toMatchObject({ linearizable: true });
    const [, first, seen, , , last] = history.calls;
    expect(checkHistory(inTurn(history, first, seen))).toMatchObject({ linearizable: true });
    expect(checkHistory(inTurn(history, first, last))).toMatchObject({ linearizable: false });
  });

  it("if one of several free seats was found, whichever it was", async () => {
    const store = await copyOfStore();
    const { slots } = await store.engine.createSlots({
      actor: provider,
      ...place,
      slots: [{ start: minutes(90), end: minutes(120), capacity: 5 }],
    });
    const work: Work = async (engine) => {
      const want = { actor: patient, ...place, start: minutes(90), end: minutes(120) };
      for (let n = 0; n < 6; n++) await engine.book({ ...want, subjectId: `p-${n}` }).catch(() => {});
      await engine.book({ ...want, subjectId: "p-7", ifNoSlot: "schedule" });
    };
    const schedule = await store.storage.load([{ kind: "schedule", id: store.slot.scheduleId }]);
    const initial = [...schedule, store.slot, store.other, ...slots] as object[];
    const history = await callsOn("p", work, { ...store, initial: initial as typeof store.initial });
    expect(history.calls.at(-2)?.outcome).toMatchObject({ status: "refused", code: "no_slot_available" });
    expect(checkHistory(history)).toMatchObject({ linearizable: true });
  });

  it("if holds were booked, released, or expired by the clock", async () => {
    const store = await copyOfStore();
    const work: Work = async (engine, { slot }) => {
      const { holdToken } = await engine.hold({ actor: patient, slotId: slot.id, seconds: 10 });
      await bookAs("p-2")(engine, store).catch(() => {});
      await engine.release({ actor: patient, slotId: slot.id, holdToken });
      await engine.hold({ actor: patient, slotId: slot.id, seconds: 10 });
      store.clock.advance(10_000);
      await look(engine, store);
      await bookAs("p-2", { holdToken })(engine, store).catch(() => {});
      await bookAs("p-2")(engine, store);
    };
    const history = await callsOn("p", work, store);
    expect(history.calls.map(({ outcome }) => ("code" in outcome ? outcome.code : outcome.status))).toEqual([
      "done",
      "slot_held",
      "done",
      "done",
      "done",
      "hold_expired",
      "done",
    ]);
    expect(checkHistory(history)).toMatchObject({ linearizable: true });
  });
});

it("is linearizable if an appointment keeps a slot that a caller with a later clock has booked it on", async () => {
  const store = await copyOfStore();
  const { slot } = store;
  const work: Work = async (engine) => {
    store.clock.advance(60_000);
    const { appointment } = await engine.book({ actor: patient, slotId: slot.id, subjectId: "p-1" });
    store.clock.advance(-60_000);
    await engine.reschedule({ actor: patient, appointmentId: appointment.id, slotId: slot.id, end: minutes(20) });
  };
  const history = await callsOn("p", work, store);
  expect(history.calls.map(({ outcome }) => outcome.status)).toEqual(["done", "done"]);
  expect(checkHistory(history)).toMatchObject({ linearizable: true });
});

/** Two copies, each correct by itself, recorded as one store. */
async function twoCopies(
  one: Work,
  two: Work,
): Promise<readonly [History, readonly HistoryCall[], readonly HistoryCall[]]> {
  const first = await callsOn("ann", one);
  const second = await callsOn("bob", two);
  return [first, first.calls, second.calls];
}

function explanationOf(history: History): string {
  const verdict = checkHistory(history);
  return verdict.linearizable ? "linearizable" : verdict.explanation;
}

describe("a history is not linearizable", () => {
  it("with a double booking", async () => {
    const [history, [ann], [bob]] = await twoCopies(bookAs("p-1"), bookAs("p-2"));
    const explanation = explanationOf(atOnce(history, ann, bob));
    expect(explanation).toContain("Not linearizable: no order of these 2 calls");
    expect(explanation).toMatch(/cannot come next: the rules answer slot_booked/);
  });

  it("with a lost update", async () => {
    const block: Work = (engine, { slot }) => engine.block({ actor: provider, slotId: slot.id });
    const [history, [ann], [bob]] = await twoCopies(block, bookAs("p-2"));
    const lostUpdate = atOnce(history, ann, bob);
    expect(checkHistory(lostUpdate)).toMatchObject({ linearizable: false });
  });

  it("with hours of one version that two callers have set, nor with hours that are read as they were", async () => {
    const [history, [ann], [bob]] = await twoCopies(setHours("12:00"), setHours("11:00"));
    expect(checkHistory(atOnce(history, ann, bob))).toMatchObject({ linearizable: false });
    const [again, [set], [seen]] = await twoCopies(setHours("12:00"), lookAtHours);
    expect(seen?.outcome).toMatchObject({ status: "refused", code: "availability_not_found" });
    expect(checkHistory(atOnce(again, set, seen))).toMatchObject({ linearizable: true });
    expect(checkHistory(inTurn(again, set, seen))).toMatchObject({ linearizable: false });
  });

  it("with a stale read", async () => {
    const [history, [booked], [seen]] = await twoCopies(bookAs("p-1"), look);
    const overlapping = atOnce(history, booked, seen);
    const stale = historyOf(history, [
      [booked, [0, 10]],
      [seen, [11, 15]],
    ]);
    expect(checkHistory(overlapping)).toMatchObject({ linearizable: true });
    expect(explanationOf(stale)).toMatch(
      /Explained so far: ann-1\.\nbob-1 cannot come next: the rules answer .*booked/,
    );
  });

  it("with a lost acknowledgement", async () => {
    const [history, [acknowledged], [gone, again]] = await twoCopies(bookAs("p-1"), both(look, bookAs("p-2")));
    const later = inTurn(history, acknowledged, again);
    expect(gone?.outcome).toMatchObject({ result: { status: "available" } });
    expect(checkHistory(later)).toMatchObject({ linearizable: false });
  });

  it("with a replay that ran twice", async () => {
    const key = { idempotencyKey: "k" };
    const store = await copyOfStore();
    const bookOther: Work = (engine) =>
      engine.book({ actor: patient, slotId: store.other.id, subjectId: "p-1", ...key });
    const asked: Work = (engine) =>
      engine.book({
        ...key,
        actor: patient,
        ...place,
        subjectId: "p-1",
        start: minutes(90),
        end: minutes(99),
        ifNoSlot: "schedule",
      });
    const [history, [one], [two]] = await twoCopies(asked, asked);
    const { result } = (one as HistoryCall).outcome as { readonly result: Booked };
    const twice = JSON.parse(JSON.stringify(two).replaceAll(result.appointment.id, "another")) as HistoryCall;
    const ranTwice = inTurn(history, one, twice);
    expect(two?.outcome).toEqual(one?.outcome);
    expect(checkHistory(inTurn(history, one, two))).toMatchObject({ linearizable: true });
    expect(checkHistory(ranTwice)).toMatchObject({ linearizable: false });
    const [split, [first], [second]] = await twoCopies(bookAs("p-1", key), bookOther);
    expect(checkHistory(inTurn(split, first, second))).toMatchObject({ linearizable: false });
  });

  it("with one appointment that two callers were told is theirs", async () => {
    const want = { actor: patient, ...place, start: minutes(90), end: minutes(99), ifNoSlot: "schedule" } as const;
    const ask: Work = (engine) => engine.book({ ...want, subjectId: "p" });
    const [history, [ann], [bob]] = await twoCopies(ask, ask);
    expect(bob?.outcome).toEqual(ann?.outcome);
    const both = inTurn(history, ann, bob);
    expect(explanationOf(both)).toMatch(/the rules answer no appointment id-4, because that is somebody else's\./);
  });

  it("with a refusal that had no reason", async () => {
    const history = await callsOn("p", both(bookAs("p-1"), bookAs("p-2"), cancelLast, look));
    const [booked, refused, , cancelled, free] = history.calls;
    const outOfOrder = historyOf(history, [
      [booked, [0, 1]],
      [cancelled, [2, 3]],
      [refused, [4, 5]],
      [free, [6, 7]],
    ]);
    expect(explanationOf(outOfOrder)).toMatch(/p-2 cannot come next: the rules answer new-1 confirmed v1 in id-2/);
  });

  it("with an effect of a call that reported failure, or of a call that is recorded nowhere", async () => {
    const history = await callsOn("p", both(bookAs("p-1"), look));
    const [booked, seen] = history.calls as [HistoryCall, HistoryCall];
    const failed = { ...booked, outcome: { status: "failed", code: "storage_busy" } } as const;
    for (const call of [failed, lost(booked)]) {
      const told = historyOf(history, [
        [call, [0, 1]],
        [seen, [2, 3]],
      ]);
      expect(checkHistory(told)).toMatchObject({ linearizable: false });
    }
  });
});

describe("a failing history", () => {
  it("is shrunk to the part, the time and the calls that matter", async () => {
    const many = both(look, look, bookAs("p-1"), look, bookAs("p-3"), cancelLast, look, bookAs("p-1"), look);
    const elsewhere: Work = (engine, { other }) => engine.book({ actor: patient, slotId: other.id, subjectId: "p-9" });
    const [history, ann, bob] = await twoCopies(both(many, elsewhere), bookAs("p-2"));
    const timed = ann.map((call, index) => [call, [index * 10, index * 10 + 5]] as const);
    const bad = historyOf(history, [...timed, [bob[0], [22, 24]]]);
    const verdict = checkHistory(bad);
    if (verdict.linearizable !== false) throw new Error("it must not be");
    expect(verdict.counterexample.calls.map(({ id }) => id)).toEqual(["ann-3", "bob-1"]);
    expect(verdict.counterexample.initial).toHaveLength(1);
    expect(JSON.parse(JSON.stringify(verdict.counterexample))).toEqual(verdict.counterexample);
    expect(verdict.explanation).toMatchInlineSnapshot(`
      "Not linearizable: no order of these 2 calls, each between its call and its answer, explains the answers.

      call   caller  5 ns                              asked, and answered
      ann-3  ann     |------------------------------|  book id-2 subjectId p-1
                                                         id-4 confirmed v1 in id-2, id-2 booked v2 for id-4
      bob-1  bob                 |------------|        book id-2 subjectId p-2
                                                         id-4 confirmed v1 in id-2, id-2 booked v2 for id-4

      Explained so far: bob-1.
      ann-3 cannot come next: the rules answer slot_booked {"slotId":"id-2","version":2}."
    `);
  });
});

describe("settling", () => {
  it("finds out from the command's record what a call without an answer did", async () => {
    const store = await copyOfStore();
    const history = await callsOn("p", both(bookAs("p-1"), bookAs("p-2")), store);
    const [booked, refused] = history.calls;
    const unanswered = { ...history, calls: [lost(booked), lost(refused)] };
    const settled = await settleUnknown(unanswered, store.storage);
    expect(settled.calls[0]).toEqual({ ...booked, returned: null });
    expect(settled.calls[1]).toEqual(lost(refused));
  });

  it("does not mistake another request with the same key for it", async () => {
    const store = await copyOfStore();
    const key = { idempotencyKey: "k" };
    const history = await callsOn("p", both(bookAs("p-1", key), bookAs("p-2", key)), store);
    const unanswered = { ...history, calls: history.calls.map(lost) };
    const settled = await settleUnknown(unanswered, store.storage);
    expect(settled.calls.map(({ outcome }) => outcome.status)).toEqual(["done", "unknown"]);
  });
});

describe("parts", () => {
  it("of a long history that do not touch are searched separately, which takes almost no time", async () => {
    const store = await copyOfStore();
    const { slots } = await store.engine.createSlots({
      actor: provider,
      ...place,
      slots: Array.from({ length: 300 }, (_, n) => ({ start: minutes(100 + n), end: minutes(101 + n) })),
    });
    const recorder = createRecorder({ clock: store.clock, initial: [...store.initial, ...slots] });
    const callers = ["a", "b", "c", "d"].map((name) => recorder.by(name, store.engine as Engine));
    const calls = slots.flatMap(({ id }) =>
      callers.map((engine, n) => engine.book({ actor: patient, slotId: id, subjectId: `p-${n}` }).catch(() => {})),
    );
    await Promise.all(calls);
    const verdict = checkHistory(recorder.history());
    expect(verdict).toMatchObject({ linearizable: true });
    if (verdict.linearizable) expect(verdict.orders).toHaveLength(300);
  });
});
