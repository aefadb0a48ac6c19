import { createEngine, maximumPerDay, noOverlapOfSubject, type Slot } from "@slotwright/core";
import { memoryAdapter } from "@slotwright/core/memory";
import { describe, expect, it } from "vitest";
import { manualClock, minutes, patient, place, provider } from "../src/fixtures.ts";
import { checkHistory, createRecorder, type History, type RecordedEngine } from "../src/linearizability/index.ts";

const policies = [maximumPerDay({ count: 1 }), noOverlapOfSubject()];

type Work = (engine: RecordedEngine, slots: readonly Slot[]) => Promise<unknown>;

/** What a caller did on a store of its own with two slots of one provider, down to the ids, and one of another. */
async function callsOn(caller: string, works: readonly Work[]): Promise<History> {
  const clock = manualClock();
  let made = 0;
  const engine = createEngine({ storage: memoryAdapter(), clock, policies, newId: () => `id-${++made}` });
  const initial: (Slot | object)[] = [];
  for (const [providerId, starts] of [
    ["dr-grey", [0, 30]],
    ["dr-weber", [10]],
  ] as const) {
    const slots = starts.map((start) => ({ start: minutes(start), end: minutes(start + 30) }));
    const created = await engine.createSlots({ actor: provider, ...place, providerId, slots });
    initial.push(created.schedule, ...created.slots);
  }
  made += caller.length;
  const slots = initial.filter((record) => (record as Slot).kind === "slot") as Slot[];
  const recorder = createRecorder({ prefix: caller, clock, initial });
  for (const work of works) await work(recorder.by(caller, engine), slots).catch(() => {});
  return recorder.history();
}

const book =
  (index: number, subjectId: string): Work =>
  (engine, slots) =>
    engine.book({ actor: patient, slotId: slots[index]?.id ?? "", subjectId });

const cancelLast: Work = async (engine, [slot]) => {
  const { appointmentId } = await engine.getSlot(slot?.id ?? "");
  await engine.cancel({ actor: patient, appointmentId: appointmentId ?? "" });
};

/** These calls, one after the other or all at once. */
const timed = (history: History, calls: History["calls"], isInTurn: boolean): History => {
  const at = (index: number) => (isInTurn ? index * 10 : 0);
  return { ...history, calls: calls.map((call, index) => ({ ...call, called: at(index), returned: at(index) + 5 })) };
};

describe("a history of engines with policies", () => {
  it.each([
    ["two bookings of a provider on a day that may have one", book(0, "p-1"), book(1, "p-2")],
    ["two bookings of a subject at one time, with two providers", book(0, "p-1"), book(2, "p-1")],
  ])("has no order with %s", async (_, first, second) => {
    const [one, other] = [await callsOn("a", [first]), await callsOn("bc", [second])];
    for (const isInTurn of [true, false]) {
      const both = timed(one, [...one.calls, ...other.calls], isInTurn);
      expect(checkHistory(both, { policies })).toMatchObject({ linearizable: false });
      // Who does not say by which policies it was decided is told nothing of them.
      expect(checkHistory(both)).toMatchObject({ linearizable: true });
      expect(checkHistory(both, { policies: [] })).toMatchObject({ linearizable: true });
    }
  });

  it("has an order in which each refusal of a policy has its reason", async () => {
    const history = await callsOn("a", [book(0, "p-1"), book(1, "p-2"), cancelLast, book(1, "p-2")]);
    const [first, refused, , cancelled, second] = history.calls;
    expect(refused?.outcome).toMatchObject({ status: "refused", code: "policy_violation" });
    expect(second?.outcome.status).toBe("done");
    expect(checkHistory(history, { policies })).toMatchObject({ linearizable: true });
    const [booked, no, free] = [first, refused, cancelled] as History["calls"];
    const verdict = (calls: readonly unknown[], isInTurn: boolean) =>
      checkHistory(timed(history, calls as History["calls"], isInTurn), { policies }).linearizable;
    expect(verdict([no, booked, free], false)).toBe(true);
    expect(verdict([no, booked, free], true)).toBe(false);
    expect(verdict([booked, free, no], true)).toBe(false);
    expect(verdict([no], false)).toBe(false);
    // Engines without policies refuse nothing in their name.
    expect(checkHistory(timed(history, [no as never], true), { policies: [] }).linearizable).toBe(false);
  });
});
