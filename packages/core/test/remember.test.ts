import {
  anyIntent,
  attempt,
  auditStore,
  checkHistory,
  createRecorder,
  emptyWorld,
  gatedAdapter,
  scheduledAdapter,
  scheduledClock,
  settleUnknown,
} from "@slotwright/conformance";
import { manualClock, minutes, patient, place, provider, publish, tally } from "@slotwright/conformance/fixtures";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StorageError } from "../src/adapter/index.ts";
import { type AccessRequest, createEngine, type Engine, type Slot, type StorageAdapter } from "../src/index.ts";
import { createMemoryDatabase, memoryAdapter } from "../src/memory/index.ts";
import { failingStorage } from "./failing-storage.ts";
import { book, listed, stage } from "./remember-stage.ts";
import { watched } from "./watched-storage.ts";

describe("a booking of a slot that the engine saw a short while ago", () => {
  it("goes out without a read if the slot was listed", async () => {
    const { memory, engine, other, sent } = stage();
    await publish(other, 3);
    const slots = await listed(engine);
    expect(await tally(slots.map((slot) => book(engine, slot)))).toEqual({ ok: 3 });
    expect(sent).toEqual({ loads: [], commits: [3] });
    expect(await auditStore(memory)).toEqual([]);
  });

  it("or looked at, published or freed by the engine", async () => {
    const { memory, engine, other, sent } = stage();
    const [seen] = (await publish(other)) as [Slot];
    await engine.getSlot(seen.id);
    const later = [2, 3].map((hour) => ({ start: minutes(hour * 60), end: minutes(hour * 60 + 30) }));
    const created = await engine.createSlots({ actor: provider, ...place, slots: later });
    const [made, freed] = created.slots as [Slot, Slot];
    const { appointment } = await book(engine, freed);
    await engine.cancel({ actor: patient, appointmentId: appointment.id });
    sent.loads.length = 0;
    await book(engine, seen);
    await book(engine, made);
    await book(engine, freed);
    expect(sent.loads).toEqual([]);
    expect(await auditStore(memory)).toEqual([]);
  });

  it("reads a slot that is held: whose hold it is, only the database can tell", async () => {
    const { engine, sent } = stage();
    const [slot] = (await publish(engine)) as [Slot];
    const { holdToken } = await engine.hold({ actor: patient, slotId: slot.id });
    sent.loads.length = 0;
    await book(engine, slot, { holdToken });
    expect(sent.loads).toEqual([1]);
  });

  it("differs from a booking by time, which searches: nothing remembered says that no slot is free", async () => {
    const { engine, other, sent } = stage();
    await publish(other);
    await listed(engine);
    const time = { start: minutes(0), end: minutes(30), ifNoSlot: "schedule" as const };
    const { appointment } = await engine.book({ actor: patient, ...place, ...time, subjectId: "p-1" });
    expect([appointment.status, sent.loads]).toEqual(["confirmed", []]);
  });

  it("is the only command that does: a block of a slot that was seen reads it, since no guard would keep it from one", async () => {
    const { engine, other, sent } = stage();
    const [slot] = (await publish(other)) as [Slot];
    await listed(engine);
    await engine.block({ actor: provider, slotId: slot.id });
    // The slot, and then its schedule.
    expect(sent.loads).toEqual([1, 1]);
  });

  it("starts again as if it had not been tried: the one who loses then is still in a hurry", async () => {
    const clock = manualClock();
    let pauses = 0;
    const sleep = async (ms: number) => {
      pauses += 1;
      await clock.sleep(ms);
    };
    const memory = memoryAdapter();
    const other = createEngine({ storage: memory, clock });
    const [slot] = (await publish(other)) as [Slot];
    let races = 2;
    const storage: StorageAdapter = {
      ...memory,
      commit: async (transitions) => {
        if (races-- > 0) {
          const { holdToken } = await other.hold({ actor: patient, slotId: slot.id });
          await other.release({ actor: patient, slotId: slot.id, holdToken });
        }
        return memory.commit(transitions);
      },
    };
    const engine = createEngine({ storage, clock: { ...clock, sleep } });
    await engine.getSlot(slot.id);
    expect((await book(engine, slot)).slots[0]).toMatchObject({ status: "booked", version: 6 });
    expect(pauses).toBe(0);
  });

  it("takes several slots without a read if all of them were seen", async () => {
    const { engine, other, sent } = stage();
    const [first, second] = (await publish(other, 1, 2)) as [Slot, Slot];
    await engine.getSlot(first.id);
    sent.loads.length = 0;
    await book(engine, first, { alsoSlotIds: [second.id] });
    expect(sent.loads).toEqual([2]);
  });

  it("is refused for what the slot is now, after a read, if others changed it since", async () => {
    const { memory, engine, other } = stage();
    const [booked, blocked, held] = (await publish(other, 3)) as [Slot, Slot, Slot];
    await listed(engine);
    await book(other, booked);
    await other.block({ actor: provider, slotId: blocked.id });
    await other.hold({ actor: patient, slotId: held.id });
    await expect(book(engine, booked)).rejects.toMatchObject({ code: "slot_booked", details: { version: 2 } });
    await expect(book(engine, blocked)).rejects.toMatchObject({ code: "slot_blocked" });
    await expect(book(engine, held)).rejects.toMatchObject({ code: "slot_held" });
    expect(await auditStore(memory)).toEqual([]);
  });

  it("is not refused for what the slot was: a hold that was released since", async () => {
    const { engine, other } = stage();
    const [slot] = (await publish(other)) as [Slot];
    const { holdToken } = await other.hold({ actor: patient, slotId: slot.id });
    await engine.getSlot(slot.id);
    await other.release({ actor: patient, slotId: slot.id, holdToken });
    expect((await book(engine, slot)).slots[0]).toMatchObject({ status: "booked", version: 4 });
  });

  it("refuses the version that the caller saw if it is not the one of now", async () => {
    const { engine, other } = stage();
    const [slot] = (await publish(other)) as [Slot];
    await engine.getSlot(slot.id);
    const { holdToken } = await other.hold({ actor: patient, slotId: slot.id });
    await other.release({ actor: patient, slotId: slot.id, holdToken });
    await expect(book(engine, slot, { ifVersion: 1 })).rejects.toMatchObject({
      code: "version_conflict",
      details: { expected: 1, actual: 3 },
    });
    expect((await book(engine, slot, { ifVersion: 3 })).slots).toHaveLength(1);
  });

  it("gives a repeated key its first answer, and refuses the key to another request", async () => {
    const { engine, other } = stage();
    const [slot, next] = (await publish(other, 2)) as [Slot, Slot];
    await listed(engine);
    const first = await book(other, slot, { idempotencyKey: "k" });
    expect(await book(engine, slot, { idempotencyKey: "k" })).toEqual({ ...first, replayed: true });
    await expect(book(engine, next, { idempotencyKey: "k" })).rejects.toMatchObject({
      code: "idempotency_key_reused",
    });
    await other.cancel({ actor: patient, appointmentId: first.appointment.id });
    await engine.getSlot(slot.id);
    expect(await book(engine, slot, { idempotencyKey: "k" })).toEqual({ ...first, replayed: true });
  });

  it("asks the host's functions once more before they have their way: they saw the slot as it was", async () => {
    let isBroken = false;
    let asked = 0;
    const broken = new TypeError("no such desk");
    const check = () => {
      if (isBroken) throw broken;
      asked += 1;
      return asked === 1 ? "The desk is closed." : undefined;
    };
    const { engine, other, sent } = stage({ policies: [{ name: "desk", check }] });
    const [slot, next] = (await publish(other, 2)) as [Slot, Slot];
    await listed(engine);
    await book(engine, slot);
    expect(asked).toBe(2);
    expect(sent.loads).toEqual([1]);
    isBroken = true;
    await expect(book(engine, next)).rejects.toBe(broken);
    expect(sent.loads).toEqual([1, 1]);
  });

  const furnished = async (engine: Engine) => {
    const time = { start: minutes(0), end: minutes(30), metadata: { room: { number: 1 } } };
    await engine.createSlots({ actor: provider, ...place, slots: [time] });
  };
  const spoil = ({ start, metadata }: Slot) => {
    start.setTime(start.getTime() + 60_000);
    Object.assign(metadata.room as object, { number: 7 });
  };

  it("does not see what the caller does to the slot it got", async () => {
    const { memory, engine, other } = stage();
    await furnished(other);
    const [slot] = (await listed(engine)) as [Slot];
    const { start, metadata } = structuredClone(slot);
    spoil(slot);
    const { appointment, slots } = await book(engine, slot);
    expect(appointment.start).toEqual(start);
    expect(slots[0]).toMatchObject({ start, metadata });
    expect(await auditStore(memory)).toEqual([]);
  });

  it("nor what a function of the host's does to the slot that another caller wants", async () => {
    const authorize = (request: AccessRequest) => {
      if (request.actor.id !== "meddler" || request.action !== "command") return undefined;
      if (request.slot) spoil(request.slot);
      return "Meddlers may not book.";
    };
    const { engine, other } = stage({ authorize });
    await furnished(other);
    const [slot] = (await listed(engine)) as [Slot];
    const meddling = book(engine, slot, { actor: { kind: "patient", id: "meddler" } });
    const [booked] = await Promise.all([book(engine, slot), expect(meddling).rejects.toThrow()]);
    expect(booked.appointment.start).toEqual(slot.start);
    expect(booked.slots[0]?.metadata).toEqual(slot.metadata);
  });

  it("goes by what was written last, not by a list that was answered late", async () => {
    const memory = memoryAdapter();
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const { storage, sent } = watched({
      ...memory,
      findSlots: async (query) => {
        const found = await memory.findSlots(query);
        await answered;
        return found;
      },
    });
    const engine = createEngine({ storage });
    const [slot] = (await publish(createEngine({ storage: memory }))) as [Slot];
    const list = listed(engine);
    const { holdToken } = await engine.hold({ actor: patient, slotId: slot.id });
    await engine.release({ actor: patient, slotId: slot.id, holdToken });
    answer();
    expect(await list).toEqual([slot]);
    sent.loads.length = 0;
    sent.commits.length = 0;
    await book(engine, slot);
    expect(sent).toEqual({ loads: [], commits: [1] });
  });
});

describe("64 callers for a slot that was seen", () => {
  it("take one commit and one read: one of them has it, all others learn that it is booked", async () => {
    const { engine, other, sent } = stage();
    const [slot] = (await publish(other)) as [Slot];
    await listed(engine);
    const callers = Array.from({ length: 64 }, (_, n) => book(engine, slot, { subjectId: `p-${n}` }));
    expect(await tally(callers)).toEqual({ ok: 1, slot_booked: 63 });
    expect(sent).toEqual({ loads: [1], commits: [1] });
  });
});

describe("what is remembered changes no answer", () => {
  it("of a repeat while the database can only be read", async () => {
    const database = createMemoryDatabase();
    const readOnly = new StorageError("read_only", "This is a replica.");
    let isReplica = false;
    const storage = failingStorage(memoryAdapter({ database }), (method) =>
      isReplica && method === "commit" ? { before: readOnly } : {},
    );
    const engine = createEngine({ storage });
    const [slot, next] = (await publish(engine, 2)) as [Slot, Slot];
    const first = await book(createEngine({ storage: memoryAdapter({ database }) }), slot, { idempotencyKey: "k" });
    isReplica = true;
    expect(await book(engine, slot, { idempotencyKey: "k" })).toEqual({ ...first, replayed: true });
    await expect(book(engine, next)).rejects.toMatchObject({ code: "storage_read_only" });
  });

  it("where the host's clock throws: the command then did nothing", async () => {
    for (let call = 1; call < 8; call++) {
      const memory = memoryAdapter({ database: createMemoryDatabase() });
      let calls = 0;
      const now = () => {
        calls += 1;
        if (calls === call) throw new Error("no time");
        return new Date();
      };
      const [slot] = (await publish(createEngine({ storage: memory }))) as [Slot];
      const engine = createEngine({ storage: memory, clock: { now, sleep: async () => {} } });
      const outcome = await tally([engine.hold({ actor: patient, slotId: slot.id })]);
      const [after] = await memory.load([{ kind: "slot", id: slot.id }]);
      expect([call, outcome.ok ?? 0, (after as Slot).version]).toEqual([call, outcome.ok ?? 0, 1 + (outcome.ok ?? 0)]);
    }
  });
});

describe("several engines that remember different things", () => {
  it("give answers that one order of the commands explains, and keep all invariants", async () => {
    let recalled = 0;
    // Bookings without a key are what is decided on what is remembered; the others change it meanwhile.
    const booking = anyIntent.map((intent) => ({ ...intent, name: "bookSlot", key: null }) as const);
    const intent = fc.oneof({ weight: 3, arbitrary: anyIntent }, { weight: 2, arbitrary: booking });
    const commands = fc.array(fc.tuple(intent, fc.nat(4)), { minLength: 8, maxLength: 24 });
    const property = fc.asyncProperty(fc.scheduler(), commands, async (scheduler, intents) => {
      const clock = scheduledClock(scheduler);
      const recorder = createRecorder({ clock });
      const world = emptyWorld();
      const storage = memoryAdapter({ database: createMemoryDatabase() });
      const plain = createEngine({ storage, clock });
      for (const start of [0, 6]) {
        const slots = { slot: 0, appointment: 0, start, length: 6, capacity: 2, key: null } as const;
        await attempt({ ...slots, name: "createSlots" }, recorder.by("before", plain), world);
      }
      const calls: string[] = [];
      const noted = gatedAdapter(scheduledAdapter(storage, scheduler), async (call) => void calls.push(call));
      const engines = [0, 1, 2].map(() => createEngine({ storage: noted, clock }));
      const callers = [0, 1, 2, 3, 4].map(async (caller) => {
        const engine = engines[caller % engines.length] as Engine;
        await listed(engine);
        // One after the other, so that there is something to remember, and to be wrong about.
        for (const [intent, by] of intents) {
          if (by === caller) await attempt(intent, recorder.by(`caller ${caller}`, engine), world);
        }
      });
      await scheduler.waitFor(Promise.all(callers));
      recalled += calls.filter((call, at) => call === "commit" && !calls.slice(0, at).includes("load")).length;
      expect(await auditStore(storage)).toEqual([]);
      const verdict = checkHistory(await settleUnknown(recorder.history(), storage));
      expect(verdict.linearizable ? "" : verdict.explanation).toBe("");
    });
    await fc.assert(property, { numRuns: 150 });
    // How often it is reached depends on the seed: some eighty times.
    expect(recalled).toBeGreaterThan(20);
  }, 60_000);
});
