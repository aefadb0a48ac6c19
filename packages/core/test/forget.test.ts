import { auditStore } from "@slotwright/conformance";
import { manualClock, minutes, place, provider, publish, tally } from "@slotwright/conformance/fixtures";
import { describe, expect, it } from "vitest";
import { StorageError } from "../src/adapter/index.ts";
import { createEngine, type Slot, type StorageAdapter } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import { failingStorage } from "./failing-storage.ts";
import { book, stage } from "./remember-stage.ts";
import { watched } from "./watched-storage.ts";

describe("an engine forgets slots", () => {
  it("after a minute, or as long as it was told", async () => {
    const clock = manualClock();
    const { engine, sent } = stage({ clock });
    const [first, second] = (await publish(engine, 2)) as [Slot, Slot];
    sent.loads.length = 0;
    clock.advance(60_000);
    await book(engine, first);
    expect(sent.loads).toEqual([]);
    clock.advance(1);
    await book(engine, second);
    expect(sent.loads).toEqual([1]);
    const brief = stage({ clock, remember: { forMs: 10 } });
    const [third] = (await publish(brief.engine)) as [Slot];
    clock.advance(11);
    brief.sent.loads.length = 0;
    await book(brief.engine, third);
    expect(brief.sent.loads).toEqual([1]);
  });

  it("beyond so many, those first that it saw the longest ago", async () => {
    const { engine, other, sent } = stage({ remember: { slots: 2 } });
    const [first, second, third] = (await publish(other, 3)) as [Slot, Slot, Slot];
    for (const { id } of [first, second, first, third]) await engine.getSlot(id);
    sent.loads.length = 0;
    await book(engine, first);
    await book(engine, third);
    expect(sent.loads).toEqual([]);
    await book(engine, second);
    expect(sent.loads).toEqual([1]);
  });

  it("that turn out to be gone", async () => {
    const { memory, engine, sent, corrupt } = stage();
    const [slot] = (await publish(engine)) as [Slot];
    corrupt((records) => records.delete(`slot:${slot.id}`));
    sent.commits.length = 0;
    for (let time = 0; time < 3; time++) {
      await expect(book(engine, slot)).rejects.toMatchObject({ code: "slot_not_found" });
    }
    expect(sent.commits).toEqual([1]);
    expect(await auditStore(memory)).toEqual([]);
  });

  it("at once if it may remember none", async () => {
    const { engine, sent } = stage({ remember: { slots: 0 } });
    const [slot] = (await publish(engine)) as [Slot];
    sent.loads.length = 0;
    await book(engine, slot);
    expect(sent.loads).toEqual([1]);
  });

  it.each(["load", "commit"] as const)(
    "when a %s failed, since another database may have come in its place, but not when the queue was full",
    async (failing) => {
      const { storage, sent } = watched(memoryAdapter());
      let isAway = false;
      const lost = new StorageError("transient", "The connection was lost. Nothing was changed.");
      const fails = failingStorage(storage, (method) => (isAway && method === failing ? { before: lost } : {}));
      const options = { retry: { budgetMs: 0 }, coalesce: { queueLimit: 1, lanes: 1, batchSize: 2 } };
      const engine = createEngine({ storage: fails, ...options });
      const [slot, seen, next, last] = (await publish(engine, 4)) as [Slot, Slot, Slot, Slot];
      const crowd = [0, 1, 2, 3, 4].map(() => engine.getSlot(slot.id));
      expect((await tally(crowd)).storage_busy).toBeGreaterThan(0);
      sent.loads.length = 0;
      await book(engine, seen);
      expect(sent.loads).toEqual([]);
      isAway = true;
      const failed = failing === "load" ? engine.getSlot(slot.id) : book(engine, next);
      await expect(failed).rejects.toMatchObject({ code: "storage_busy" });
      isAway = false;
      sent.loads.length = 0;
      await book(engine, last);
      expect(sent.loads).toEqual([1]);
    },
  );

  it("not when a call was refused for its own input, which says nothing of the database", async () => {
    const { storage, sent } = watched(memoryAdapter());
    const refused = new StorageError("refused", "A trigger says no.");
    let isRefusing = false;
    const refuses = failingStorage(storage, () => (isRefusing ? { before: refused } : {}));
    const engine = createEngine({ storage: refuses });
    const [slot, seen] = (await publish(engine, 2)) as [Slot, Slot];
    isRefusing = true;
    await expect(book(engine, slot)).rejects.toMatchObject({ code: "refused_by_database" });
    await expect(engine.listSlots({})).rejects.toMatchObject({ code: "refused_by_database" });
    isRefusing = false;
    sent.loads.length = 0;
    await book(engine, seen);
    expect(sent.loads).toEqual([]);
  });

  it("with much metadata, as they take up memory", async () => {
    const { engine, sent } = stage();
    const times = [0, 1].map((hour) => ({ start: minutes(hour * 60), end: minutes(hour * 60 + 30) }));
    const [little, much] = ["x".repeat(180), "x".repeat(200)].map((text) => ({ text }));
    const slots = [
      { ...times[0], metadata: little },
      { ...times[1], metadata: much },
    ] as never;
    const { slots: made } = await engine.createSlots({ actor: provider, ...place, slots });
    sent.loads.length = 0;
    await book(engine, made[0] as Slot);
    expect(sent.loads).toEqual([]);
    await book(engine, made[1] as Slot);
    expect(sent.loads).toEqual([1]);
  });

  it("when the clock was set back: nobody knows how old they are", async () => {
    const clock = manualClock();
    const { engine, sent } = stage({ clock });
    const [slot] = (await publish(engine)) as [Slot];
    clock.advance(-3_600_000);
    sent.loads.length = 0;
    await book(engine, slot);
    expect(sent.loads).toEqual([1]);
  });

  it("within a host's transaction, where reads take locks", async () => {
    const memory = memoryAdapter();
    const asked: string[] = [];
    const watching = (storage: StorageAdapter): StorageAdapter => ({
      ...storage,
      load: (keys) => {
        asked.push(...keys.map(({ id }) => id));
        return storage.load(keys);
      },
      within: (transaction) => watching(storage.within(transaction)),
    });
    const engine = createEngine({ storage: watching(memory as StorageAdapter) });
    const [slot] = (await publish(engine)) as [Slot];
    asked.length = 0;
    const { transaction, ...host } = await memory.begin();
    await book(engine.within(transaction), slot);
    await host.rollback();
    expect(asked).toEqual([slot.id]);
    expect((await book(engine, slot)).slots).toHaveLength(1);
  });
});
