import { minutes, patient, place, provider, publish, refusal } from "@slotwright/conformance/fixtures";
import { describe, expect, it } from "vitest";
import { StorageError } from "../src/adapter/index.ts";
import { createScheduleZones } from "../src/engine/schedule-zones.ts";
import { createEngine, type Engine, type Schedule, type StorageAdapter } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";

/** A storage that counts how often a schedule is loaded, and calls `before` ahead of it. */
function counting(storage: StorageAdapter, before: () => void = () => {}) {
  let loads = 0;
  const counted: StorageAdapter = {
    ...storage,
    async load(keys, call) {
      if (keys.some(({ kind }) => kind === "schedule")) {
        loads += 1;
        before();
      }
      return storage.load(keys, call);
    },
  };
  return { storage: counted, loads: () => loads };
}

async function stage(timeZone = "Europe/Berlin") {
  const storage = memoryAdapter();
  const engine = createEngine({ storage });
  const slots = [0, 30, 60].map((from) => ({ start: minutes(from), end: minutes(from + 30) }));
  const created = await engine.createSlots({ actor: provider, ...place, timeZone, slots });
  const [slotId = "", other = ""] = created.slots.map(({ id }) => id);
  return { storage, engine, slotId, other, want: { actor: patient, subjectId: "p-2", slotId } };
}

describe("the zone of a refusal", () => {
  it("is loaded once for a schedule, however many are refused at once and later", async () => {
    const { storage, engine, want, slotId } = await stage();
    await engine.hold({ actor: patient, slotId });
    const counted = counting(storage);
    const fresh = createEngine({ storage: counted.storage });
    const refusals = await Promise.all(Array.from({ length: 5 }, () => refusal(fresh.book(want), "slot_held")));
    refusals.push(await refusal(fresh.book(want), "slot_held"));
    expect(refusals.map(({ details }) => details.timeZone)).toEqual(Array.from({ length: 6 }, () => "Europe/Berlin"));
    expect(counted.loads()).toBe(1);
  });

  it("is not loaded for a refusal without a time", async () => {
    const { storage, engine, want } = await stage();
    await engine.book(want);
    const counted = counting(storage);
    const { details } = await refusal(createEngine({ storage: counted.storage }).book(want), "slot_booked");
    expect("timeZone" in details).toBe(false);
    expect(counted.loads()).toBe(0);
  });

  it("comes with the free slots that it offers", async () => {
    const { engine, want } = await stage();
    await engine.book(want);
    const { details } = await refusal(engine.book({ ...want, alternatives: 1 }), "slot_booked");
    expect(details).toMatchObject({ timeZone: "Europe/Berlin", alternatives: [{ start: minutes(30) }] });
  });

  /** Each in its own way leads to the schedule. */
  const refused: Readonly<Record<string, (engine: Engine, slotId: string) => Promise<unknown>>> = {
    time_mismatch: (engine, slotId) =>
      engine.book({ actor: patient, subjectId: "p", slotId, start: minutes(10), end: minutes(50) }),
    no_slot_available: (engine) =>
      engine.book({ actor: patient, subjectId: "p", ...place, start: minutes(100), end: minutes(110) }),
    slot_overlap: (engine) =>
      engine.createSlots({ actor: provider, ...place, slots: [{ start: minutes(10), end: minutes(20) }] }),
    hold_not_owned: async (engine, slotId) => {
      await engine.hold({ actor: patient, slotId });
      return engine.release({ actor: patient, slotId, holdToken: "guess" });
    },
  };

  it.each(Object.entries(refused))("is that of the schedule of a %s", async (code, run) => {
    const { storage, slotId } = await stage();
    const { details } = await refusal(run(createEngine({ storage }), slotId), code as "slot_overlap");
    expect(details.timeZone).toBe("Europe/Berlin");
  });

  it("of a blocked slot whose place is taken is that of its schedule", async () => {
    const { engine, slotId } = await stage();
    await engine.block({ actor: provider, slotId });
    await engine.createSlots({ actor: provider, ...place, slots: [{ start: minutes(0), end: minutes(30) }] });
    const { details } = await refusal(engine.unblock({ actor: provider, slotId }), "slot_overlap");
    expect(details.timeZone).toBe("Europe/Berlin");
  });

  it("of slots that overlap each other on a new schedule is the one that it would have", async () => {
    const engine = createEngine({ storage: memoryAdapter() });
    const slots = [0, 10].map((from) => ({ start: minutes(from), end: minutes(from + 30) }));
    const create = engine.createSlots({ actor: provider, ...place, timeZone: "America/Lima", slots });
    expect((await refusal(create, "slot_overlap")).details.timeZone).toBe("America/Lima");
  });

  it("is that of the provider's one schedule where the overlap scope is the provider", async () => {
    const engine = createEngine({ storage: memoryAdapter(), overlapScope: "provider" });
    await publish(engine);
    const time = { ...place, facilityId: "south", start: minutes(0), end: minutes(30) };
    const { details } = await refusal(engine.book({ actor: patient, subjectId: "p", ...time }), "no_slot_available");
    expect(details.timeZone).toBe("UTC");
  });

  it("is left out where there is no schedule, and known once there is one", async () => {
    const engine = createEngine({ storage: memoryAdapter() });
    const time = { ...place, start: minutes(100), end: minutes(110) };
    const book = () => refusal(engine.book({ actor: patient, subjectId: "p", ...time }), "no_slot_available");
    expect("timeZone" in (await book()).details).toBe(false);
    await publish(engine);
    expect((await book()).details.timeZone).toBe("UTC");
  });

  it("is left out where the database fails, and the refusal stands", async () => {
    const { storage, engine, want, slotId } = await stage();
    await engine.hold({ actor: patient, slotId });
    let fails = true;
    const failing = counting(storage, () => {
      if (fails) throw new StorageError("unavailable", "The test says so.");
    });
    const other = createEngine({ storage: failing.storage });
    expect("timeZone" in (await refusal(other.book(want), "slot_held")).details).toBe(false);
    fails = false;
    expect((await refusal(other.book(want), "slot_held")).details.timeZone).toBe("Europe/Berlin");
  });

  it("that a transaction has read is not kept, because the schedule may vanish with it", async () => {
    const storage = memoryAdapter();
    const engine = createEngine({ storage });
    const create = (on: Engine, timeZone: string) =>
      on.createSlots({ actor: provider, ...place, timeZone, slots: [{ start: minutes(0), end: minutes(30) }] });
    const late = { actor: patient, subjectId: "p", ...place, start: minutes(100), end: minutes(110) };
    const zones: unknown[] = [];
    const note = async (on: Engine) => zones.push((await refusal(on.book(late), "no_slot_available")).details.timeZone);
    const undone = engine.transaction(async ({ engine: inside }) => {
      await create(inside, "America/Lima");
      await note(inside);
      throw new Error("The host rolls back.");
    });
    await expect(undone).rejects.toThrow("rolls back");
    await create(engine, "Europe/Berlin");
    await note(engine);
    await engine.transaction(async ({ engine: inside }) => note(inside));
    expect(zones).toEqual(["America/Lima", "Europe/Berlin", "Europe/Berlin"]);
  });

  it("is asked for as something that is only shown", async () => {
    const { storage, engine, want, slotId } = await stage();
    await engine.hold({ actor: patient, slotId });
    const calls: unknown[] = [];
    const watched: StorageAdapter = {
      ...storage,
      async load(keys, call) {
        const records = await storage.load(keys, call);
        if (records.some((record): record is Schedule => record?.kind === "schedule")) calls.push(call?.displayOnly);
        return records;
      },
    };
    await refusal(createEngine({ storage: watched }).book(want), "slot_held");
    expect(calls).toEqual([true]);
  });
});

describe("the zones that decisions rest on", () => {
  /** A storage whose readings wait until they are let go, each with what there was when it began. */
  function gated() {
    const stored = new Map<string, Schedule>();
    const waiting: (() => void)[] = [];
    const loadToShow = (keys: readonly { readonly id: string }[]) => {
      const found = keys.map(({ id }) => stored.get(id));
      return new Promise<typeof found>((resolve) => waiting.push(() => resolve(found)));
    };
    const zones = createScheduleZones({ loadToShow } as never, (work) => work());
    const publish = (id: string) => stored.set(id, { kind: "schedule", id, timeZone: "Asia/Tokyo" } as Schedule);
    const letGo = () => {
      for (const go of waiting.splice(0)) go();
    };
    return { zones, publish, letGo, readings: () => waiting.length };
  }

  it("are read in one go for all who ask at one moment", async () => {
    const { zones, publish, letGo, readings } = gated();
    publish("a");
    const asked = [zones.ofAll(["a"], 0), zones.ofAll(["a"], 0), zones.of("a", 0)];
    expect(readings()).toBe(1);
    letGo();
    const found = new Map([["a", "Asia/Tokyo"]]);
    expect(await Promise.all(asked)).toEqual([found, found, "Asia/Tokyo"]);
  });

  it("are not those of a reading that began before there was such a schedule", async () => {
    const { zones, publish, letGo, readings } = gated();
    const before = zones.ofAll(["a"], 0);
    publish("a");
    const after = zones.ofAll(["a"], 0);
    letGo();
    expect(await before).toEqual(new Map());
    await expect.poll(readings).toBe(1);
    letGo();
    expect(await after).toEqual(new Map([["a", "Asia/Tokyo"]]));
  });
});
