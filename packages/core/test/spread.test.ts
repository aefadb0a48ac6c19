import { manualClock, minutes, patient, place, provider, publish, tally } from "@slotwright/conformance/fixtures";
import { describe, expect, it } from "vitest";
import { type SlotQuery, StorageError } from "../src/adapter/index.ts";
import { createSpread } from "../src/engine/spread.ts";
import { createEngine, isBookingError, type StorageAdapter } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";

const wanted = { actor: patient, ...place, start: minutes(0), end: minutes(30) };

/** Notes searches and commits; a search or a commit may be kept waiting. */
function watching(storage: StorageAdapter, before: (call: "search" | "commit") => Promise<void> = async () => {}) {
  const searches: SlotQuery[] = [];
  let transitions = 0;
  const watched: StorageAdapter = {
    ...storage,
    findSlots: async (query) => {
      searches.push(query);
      await before("search");
      return storage.findSlots(query);
    },
    commit: async (batch) => {
      transitions += batch.length;
      await before("commit");
      return storage.commit(batch);
    },
  };
  return { storage: watched, searches, transitions: () => transitions };
}

const book = (engine: ReturnType<typeof createEngine>, count: number) =>
  Array.from({ length: count }, (_, index) => engine.book({ ...wanted, subjectId: `p-${index}` }));

describe("callers who want the same time", () => {
  it("read as many slots as a lone caller needs, and more where more of them come", async () => {
    const { storage, searches } = watching(memoryAdapter());
    const engine = createEngine({ storage });
    await publish(engine, 1, 400);
    searches.length = 0;
    await Promise.all(book(engine, 1));
    await Promise.all(book(engine, 50));
    expect(searches.map(({ limit }) => limit)).toEqual([64, 200]);
  });

  it("are not refused because of a search that was begun before they came", async () => {
    const memory = memoryAdapter();
    const { promise, resolve } = Promise.withResolvers<void>();
    const storage: StorageAdapter = {
      ...memory,
      findSlots: async (query) => {
        const found = await memory.findSlots(query);
        await promise;
        return found;
      },
    };
    const engine = createEngine({ storage });
    const early = tally(book(engine, 1));
    await new Promise(setImmediate);
    await publish(createEngine({ storage: memory }));
    const late = tally(book(engine, 1));
    resolve();
    expect([await early, await late]).toEqual([{ no_slot_available: 1 }, { ok: 1 }]);
  });

  it("all learn of a search that failed, and go on when the database answers again", async () => {
    const memory = memoryAdapter();
    await publish(createEngine({ storage: memory }), 1, 20);
    let failures = 2;
    const { storage } = watching(memory, async (call) => {
      if (call !== "search" || failures === 0) return;
      failures -= 1;
      throw new StorageError("transient", "The test says so.");
    });
    const engine = createEngine({ storage, clock: manualClock() });
    expect(await tally(book(engine, 21))).toEqual({ ok: 20, no_slot_available: 1 });
  });

  it("who have less time than the one whose search they wait for are answered in their own", async () => {
    const memory = memoryAdapter();
    await publish(createEngine({ storage: memory }), 1, 2);
    const { promise, resolve } = Promise.withResolvers<void>();
    const spread = createSpread({
      storage: { findSlots: async (query) => promise.then(() => memory.findSlots(query)) },
      random: Math.random,
      runShared: (search) => search(),
    });
    const search = { providerIds: [place.providerId], takesOne: true, descending: true } as const;
    const now = performance.now();
    const first = spread().find(search, minutes(0), now + 60_000);
    await expect(spread().find(search, minutes(0), now + 50)).rejects.toMatchObject({ failure: "transient" });
    resolve();
    expect((await first)?.slot.seat).toBeTypeOf("number");
  });

  it("do not wait beyond their budget for one whose commit is not answered", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const memory = memoryAdapter();
    await publish(createEngine({ storage: memory }));
    const held = watching(memory, (call) => (call === "commit" ? promise : Promise.resolve()));
    const engine = createEngine({ storage: held.storage, retry: { budgetMs: 50 } });
    const first = tally(book(engine, 1));
    await new Promise((done) => setTimeout(done, 20));
    expect(await tally(book(engine, 3))).toEqual({ storage_busy: 3 });
    resolve();
    expect(await first).toEqual({ ok: 1 });
  });

  it("are not given a slot again that one of them has taken", async () => {
    const { storage, transitions } = watching(memoryAdapter());
    const engine = createEngine({ storage });
    await publish(engine, 1, 200);
    const before = transitions();
    expect(await tally(book(engine, 200))).toEqual({ ok: 200 });
    expect(transitions() - before).toBe(200);
  });

  it("go on to the next without a pause where another process is faster, and look again after a few losses", async () => {
    const clock = manualClock();
    let pauses = 0;
    const sleep = async (ms: number) => {
      pauses += 1;
      await clock.sleep(ms);
    };
    const memory = memoryAdapter();
    const other = createEngine({ storage: memory, clock });
    await publish(other, 1, 20);
    let searches = 0;
    let losses = 0;
    const storage: StorageAdapter = {
      ...memory,
      findSlots: async (query) => {
        searches += 1;
        return memory.findSlots(query);
      },
      commit: async (batch) => {
        const slot = batch[0]?.put.find(({ kind }) => kind === "slot");
        if (losses++ < 4) await other.book({ actor: patient, slotId: slot?.id ?? "", subjectId: "faster" });
        return memory.commit(batch);
      },
    };
    const engine = createEngine({ storage, clock: { ...clock, sleep } });
    expect(await tally(book(engine, 1))).toEqual({ ok: 1 });
    expect({ searches, pauses }).toEqual({ searches: 2, pauses: 0 });
  });

  it("get the shortest slot that contains the time as long as there is one", async () => {
    const engine = createEngine({ storage: memoryAdapter() });
    const seats = await publish(engine, 1, 2);
    await engine.block({ actor: provider, slotId: seats[0]?.id ?? "" });
    await engine.createSlots({ actor: provider, ...place, slots: [{ start: minutes(0), end: minutes(60) }] });
    const ends = async () => (await engine.book({ ...wanted, end: minutes(20), subjectId: "p" })).slots[0]?.end;
    expect([await ends(), await ends()]).toEqual([minutes(30), minutes(60)]);
  });

  it("find a slot whose hold has expired for the one who comes later, and not for the one who came before", async () => {
    const clock = manualClock();
    const memory = memoryAdapter();
    const engine = createEngine({ storage: memory, clock });
    const [slot] = await publish(engine);
    await engine.hold({ actor: patient, slotId: slot?.id ?? "", seconds: 60 });
    expect(await tally(book(engine, 2))).toEqual({ no_slot_available: 2 });
    clock.advance(60_000);
    expect(await tally(book(engine, 2))).toEqual({ ok: 1, no_slot_available: 1 });
  });

  it("give up at the end of their budget where others are always faster", async () => {
    const clock = manualClock();
    const memory = memoryAdapter();
    const other = createEngine({ storage: memory, clock });
    const { storage } = watching(memory, async (call) => {
      if (call !== "commit") return;
      clock.advance(400);
      const { items } = await other.listSlots({ statuses: ["available"], providerIds: [place.providerId] });
      const appointments = items.map(({ id }) => other.book({ actor: patient, slotId: id, subjectId: "other" }));
      for (const { appointment } of await Promise.all(appointments))
        await other.cancel({ actor: patient, appointmentId: appointment.id });
    });
    await publish(other, 1, 2);
    const engine = createEngine({ storage, clock, retry: { budgetMs: 2_000 } });
    const outcome = await engine.book({ ...wanted, subjectId: "p" }).catch((error: unknown) => error);
    expect(isBookingError(outcome, "storage_busy")).toBe(true);
  });
});
