import { createEngine, type Engine, type PublishedSlots, type StorageAdapter } from "@slotwright/core";
import { createMemoryDatabase, memoryAdapter } from "@slotwright/core/memory";
import { describe, expect, it } from "vitest";
import { auditStore } from "../src/audit.ts";
import { manualClock, minutes, patient, place, provider } from "../src/fixtures.ts";
import { intercepted, interrupted } from "../src/intercepted.ts";
import { checkHistory, createRecorder, type History, settleUnknown } from "../src/linearizability/index.ts";

const by = { actor: provider, ...place };
const until = minutes(24 * 60);
/** Beyond the 31 days of one stretch. */
const farAway = minutes(40 * 24 * 60);

const hours = (from: string, to: string, more: object = {}) => ({
  offer: { minutes: 30 },
  weekly: [{ days: ["monday"] as const, validUntil: "2026-03-02", from, to }],
  ...more,
});

/** The morning, and one opening in April, so that publishing as far as that takes two commits. */
const inSpring = hours("09:00", "10:00", {
  exceptions: [{ first: "2026-04-06", last: "2026-04-06", hours: [{ from: "09:00", to: "09:30" }] }],
});

type Flaw = (storage: StorageAdapter) => StorageAdapter;

/** A caller whose storage has a flaw, and others whose storage has none, on one database. */
function staged(flaw: Flaw = (storage) => storage) {
  const database = createMemoryDatabase();
  const sound: StorageAdapter = memoryAdapter({ database });
  const { next, stopping } = interrupted(flaw(memoryAdapter({ database }) as StorageAdapter));
  const clock = manualClock();
  const recorder = createRecorder({ clock });
  const engineOf = (name: string, storage: StorageAdapter) => recorder.by(name, createEngine({ storage, clock }));
  return {
    next,
    caller: engineOf("caller", stopping),
    other: engineOf("other", sound),
    plain: createEngine({ storage: sound, clock }),
    async verdict(change: (history: History) => History = (history) => history) {
      expect(await auditStore(sound)).toEqual([]);
      return checkHistory(change(await settleUnknown(recorder.history(), sound)));
    },
  };
}

const slotsOf = async (engine: Engine) => (await engine.listSlots({ providerIds: [place.providerId] })).items;

/** A storage that shows held slots as free ones. */
const blindToHolds: Flaw = (storage) =>
  intercepted(storage, (calls) => ({
    async findSlots(query, call) {
      const slots = await calls.findSlots(query, call);
      return slots.map((slot) => (slot.status === "held" ? { ...slot, status: "available", hold: null } : slot));
    },
  }));

/** A storage by which publishing does not meet others at the schedule. */
const withoutSchedule: Flaw = (storage) =>
  intercepted(storage, (calls) => ({
    commit: (transitions, call) =>
      calls.commit(
        transitions.map((one) => {
          if (one.journal[0]?.command !== "publishSlots") return one;
          const isOther = ({ kind }: { readonly kind: string }) => kind !== "schedule";
          return { ...one, expect: one.expect.filter(({ key }) => isOther(key)), put: one.put.filter(isOther) };
        }),
        call,
      ),
  }));

/** A storage that acknowledges the second commit of a call, and loses it. */
const losingTheSecond: Flaw = (storage) => {
  let commits = 0;
  return intercepted(storage, (calls) => ({
    commit: async (transitions, call) => {
      const isStretch = transitions[0]?.journal[0]?.command === "publishSlots";
      if (isStretch) commits += 1;
      return isStretch && commits === 2 ? [{ status: "committed" }] : calls.commit(transitions, call);
    },
  }));
};

describe("a history of publishing and importing", () => {
  it("has an order if each stretch finds what is there at its commit", async () => {
    const { caller, other, next, plain, verdict } = staged();
    await other.setAvailability({ ...by, hours: inSpring });
    next.do = () => other.setAvailability({ ...by, hours: { ...inSpring, offer: { minutes: 20 } } });
    expect(await caller.publishSlots({ ...by, until: farAway })).toMatchObject({ created: 4 });
    const [first, second] = await slotsOf(plain);
    await other.book({ actor: patient, slotId: first?.id ?? "", subjectId: "p-1" });
    const busy = [{ start: minutes(5), end: minutes(40) }];
    const window = { source: "elsewhere", from: minutes(0), until };
    next.do = () => other.hold({ actor: patient, slotId: second?.id ?? "" });
    expect(await caller.importBusy({ ...by, ...window, intervals: busy })).toMatchObject({ blocked: 0, takenCount: 2 });
    await caller.importBusy({ ...by, ...window, intervals: [] });
    await caller.publishSlots({ ...by, until: farAway });
    await other.setAvailability({ ...by, hours: hours("10:00", "11:00") });
    expect(await caller.publishSlots({ ...by, until })).toMatchObject({ outsideCount: 2, withdrawn: 1 });
    expect(await verdict()).toMatchObject({ linearizable: true });
  });

  it("has an order if busy time goes over the edge of weeks, and the last stretch writes what lies in the first", async () => {
    const { caller, other, verdict } = staged();
    const inWeek = (week: number) => minutes(week * 7 * 24 * 60);
    // Three weeks long, and its place in the last one.
    await other.createSlots({ ...by, slots: [{ start: inWeek(0), end: inWeek(2) }] });
    const window = { source: "elsewhere", from: inWeek(0), until: inWeek(4) };
    const hourIn = (week: number) => ({ start: inWeek(week), end: minutes(week * 7 * 24 * 60 + 60) });
    await caller.importBusy({ ...by, ...window, intervals: [hourIn(0)] });
    expect(await caller.importBusy({ ...by, ...window, intervals: [hourIn(1)] })).toMatchObject({
      blocked: 0,
      freed: 0,
    });
    expect(await caller.importBusy({ ...by, ...window, intervals: [hourIn(3)] })).toMatchObject({
      blocked: 0,
      freed: 1,
    });
    await caller.importBusy({ ...by, ...window, intervals: [hourIn(0)] });
    await caller.importBusy({ ...by, ...window, intervals: [] });
    expect(await verdict()).toMatchObject({ linearizable: true });
  });

  it("has an order if others come between two stretches of one call, and none if they came before it", async () => {
    const { caller, other, plain, verdict } = staged((storage) => {
      let commits = 0;
      return intercepted(storage, (calls) => ({
        commit: async (transitions, call) => {
          commits += 1;
          if (commits === 2) await between();
          return calls.commit(transitions, call);
        },
      }));
    });
    const between = async () => {
      const [first, ...others] = await slotsOf(plain);
      expect(others).toHaveLength(1);
      await other.book({ actor: patient, slotId: first?.id ?? "", subjectId: "p-1" });
    };
    await other.setAvailability({ ...by, hours: inSpring });
    await caller.publishSlots({ ...by, until: farAway });
    const april = (await slotsOf(plain)).at(-1)?.id ?? "";
    await other.getSlot(april);
    expect(await verdict()).toMatchObject({ linearizable: true });
    const bookedBefore = ({ calls, ...history }: History): History => {
      const begun = calls.find(({ name }) => name === "publishSlots")?.called ?? 0;
      const early = { called: begun - 2, returned: begun - 1 };
      return { ...history, calls: calls.map((call) => (call.name === "book" ? { ...call, ...early } : call)) };
    };
    expect(await verdict(bookedBefore)).toMatchObject({ linearizable: false });
  });

  it("has an order if a caller never heard of a stretch that was committed", async () => {
    const { caller, other, plain, verdict } = staged();
    await other.setAvailability({ ...by, hours: inSpring });
    await caller.publishSlots({ ...by, until: farAway });
    const [slot] = await slotsOf(plain);
    await other.getSlot(slot?.id ?? "");
    const lost = (history: History): History => ({
      ...history,
      calls: history.calls.map((call) =>
        call.name === "publishSlots" ? { ...call, returned: null, outcome: { status: "unknown" } } : call,
      ),
    });
    expect(await verdict(lost)).toMatchObject({ linearizable: true });
    const without = (history: History): History => ({
      ...history,
      calls: lost(history).calls.map((call) => ({ ...call, ...(call.commits && { commits: [] }) })),
    });
    expect(await verdict(without)).toMatchObject({ linearizable: false });
  });

  it("cannot be judged before its commits were looked up", async () => {
    const recorder = createRecorder();
    const engine = recorder.by("one", createEngine({ storage: memoryAdapter() }));
    await engine.publishSlots({ ...by, until: new Date() }).catch(() => {});
    expect(() => checkHistory(recorder.history())).toThrow(/Use settleUnknown to look it up\.$/);
  });
});

type Scene = (stage: ReturnType<typeof staged>) => Promise<unknown>;

const elsewhere = { source: "elsewhere", from: minutes(0), until };

async function holdOnPublished({ other, plain }: Parameters<Scene>[0]) {
  await other.setAvailability({ ...by, hours: hours("09:00", "09:30") });
  await other.publishSlots({ ...by, until });
  const [slot] = await slotsOf(plain);
  await other.hold({ actor: patient, slotId: slot?.id ?? "" });
}

const flaws: readonly { readonly what: string; readonly flaw: Flaw; readonly scene: Scene }[] = [
  {
    what: "a publisher ignores that the hours are others by now",
    flaw: withoutSchedule,
    async scene({ caller, other, next, plain }) {
      await other.setAvailability({ ...by, hours: hours("09:00", "09:30") });
      await other.publishSlots({ ...by, until });
      const [slot] = await slotsOf(plain);
      await other.setAvailability({ ...by, hours: hours("12:00", "12:30") });
      next.do = async () => {
        await other.setAvailability({ ...by, hours: hours("09:00", "09:30") });
        await other.getSlot(slot?.id ?? "");
      };
      await caller.publishSlots({ ...by, until });
      await other.getSlot(slot?.id ?? "");
    },
  },
  {
    what: "a publisher withdraws a slot that is held",
    flaw: blindToHolds,
    async scene(stage) {
      await holdOnPublished(stage);
      await stage.other.setAvailability({ ...by, hours: hours("12:00", "12:30") });
      await stage.caller.publishSlots({ ...by, until });
    },
  },
  {
    what: "an import blocks a slot that is held",
    flaw: blindToHolds,
    async scene(stage) {
      await holdOnPublished(stage);
      const intervals = [{ start: minutes(0), end: minutes(10) }];
      await stage.caller.importBusy({ ...by, ...elsewhere, intervals });
    },
  },
  {
    what: "the second stretch of a call is acknowledged and lost",
    flaw: losingTheSecond,
    async scene({ caller, other }) {
      await other.setAvailability({ ...by, hours: inSpring });
      expect(await caller.publishSlots({ ...by, until: farAway })).toMatchObject({ created: 3 });
    },
  },
];

describe("a history has no order, although all invariants hold,", () => {
  it.each(flaws)("if $what", async ({ flaw, scene }) => {
    const [sound, flawed] = [staged(), staged(flaw)];
    for (const stage of [sound, flawed]) await scene(stage);
    expect(await sound.verdict()).toMatchObject({ linearizable: true });
    expect(await flawed.verdict()).toMatchObject({ linearizable: false });
  });

  it.each(["created", "kept", "withdrawn", "obstructed", "outsideCount"] as const)(
    "if a publisher answers with a wrong %s",
    async (count) => {
      const { caller, other, verdict } = staged();
      await other.setAvailability({ ...by, hours: inSpring });
      await caller.publishSlots({ ...by, until: farAway });
      await caller.publishSlots({ ...by, until: farAway });
      expect(await verdict()).toMatchObject({ linearizable: true });
      for (const wrong of [0, 1]) {
        const lying = ({ calls, ...history }: History): History => {
          const told = calls.filter(({ name }) => name === "publishSlots")[wrong];
          const { result } = (told as History["calls"][number]).outcome as { readonly result: PublishedSlots };
          const outcome = { status: "done", result: { ...result, [count]: result[count] + 1 } } as const;
          return { ...history, calls: calls.map((call) => (call === told ? { ...call, outcome } : call)) };
        };
        expect(await verdict(lying)).toMatchObject({ linearizable: false });
      }
    },
  );

  it("if of two publishers one is told of slots that the other one has made", async () => {
    const { caller, other, next, verdict } = staged();
    await other.setAvailability({ ...by, hours: inSpring });
    next.do = () => other.publishSlots({ ...by, until });
    expect(await caller.publishSlots({ ...by, until })).toMatchObject({ created: 0, kept: 2 });
    expect(await verdict()).toMatchObject({ linearizable: true });
    const both = ({ calls, ...history }: History): History => {
      const won = calls.find(({ caller, name }) => caller === "other" && name === "publishSlots");
      const { outcome } = won as History["calls"][number];
      return { ...history, calls: calls.map((call) => (call.caller === "caller" ? { ...call, outcome } : call)) };
    };
    expect(await verdict(both)).toMatchObject({ linearizable: false });
  });
});
