import { auditStore } from "@slotwright/conformance";
import { minutes, patient, publish, tally } from "@slotwright/conformance/fixtures";
import { describe, expect, it } from "vitest";
import { StorageError, type Transition } from "../src/adapter/index.ts";
import { coalescingStorage } from "../src/engine/coalesce.ts";
import { type CoalesceOptions, createEngine, type Engine, type Slot, type StorageAdapter } from "../src/index.ts";
import { createMemoryDatabase, memoryAdapter } from "../src/memory/index.ts";
import { failingStorage } from "./failing-storage.ts";
import { watched } from "./watched-storage.ts";

function stage(coalesce: Partial<CoalesceOptions> = {}) {
  const memory = memoryAdapter({ database: createMemoryDatabase() });
  const { storage, sent } = watched(memory);
  return {
    memory,
    sent,
    storage,
    plain: createEngine({ storage: memory }),
    engine: createEngine({ storage, coalesce }),
  };
}

const bookAll = (engine: Engine, slots: readonly Slot[]) =>
  slots.map(({ id }, index) => engine.book({ actor: patient, slotId: id, subjectId: `p-${index}` }));

describe("commands of the same moment share round trips", () => {
  it("while a lone one waits for nothing: one read and one write, each by itself", async () => {
    const { plain, engine, sent } = stage();
    const [slot] = await publish(plain);
    await Promise.all(bookAll(engine, [slot as Slot]));
    expect(sent).toEqual({ loads: [1], commits: [1] });
  });

  it("so that 64 bookings go out in full batches, the first of them included, and everyone is answered", async () => {
    const { memory, plain, engine, sent } = stage();
    const slots = await publish(plain, 64);
    expect(await tally(bookAll(engine, slots))).toEqual({ ok: 64 });
    expect(sent).toEqual({ loads: [32, 32], commits: [32, 32] });
    expect(await auditStore(memory)).toEqual([]);
  });

  it("and where no connection is to be had, all of them hear of it at once: each half of them would wait as long", async () => {
    const { plain, memory } = stage();
    const none = new StorageError("transient", "none was free", undefined, "All 10 connections are in use.");
    let commits = 0;
    const storage = failingStorage(memory, (method) => {
      if (method === "commit") commits += 1;
      return method === "commit" ? { before: none } : undefined;
    });
    const engine = createEngine({ storage, retry: { budgetMs: 0 } });
    expect(await tally(bookAll(engine, await publish(plain, 8)))).toEqual({ storage_busy: 8 });
    expect(commits).toBe(1);
  });

  it("in batches and lanes of the size that was asked for", async () => {
    const { plain, engine, sent } = stage({ batchSize: 4, lanes: 1 });
    expect(await tally(bookAll(engine, await publish(plain, 12)))).toEqual({ ok: 12 });
    expect(sent.commits).toEqual([4, 4, 4]);
    const alone = stage({ batchSize: 1 });
    await Promise.all(bookAll(alone.engine, await publish(alone.plain, 12)));
    expect(alone.sent.commits).toEqual(Array.from({ length: 12 }, () => 1));
  });

  it("and few commands that write many records fill a batch, and have a lane each as well", async () => {
    const { memory } = stage();
    let [underWay, most] = [0, 0];
    const storage: StorageAdapter = {
      ...memory,
      commit: async (transitions) => {
        underWay += 1;
        most = Math.max(most, underWay);
        // Longer than it takes to decide the next ones.
        await new Promise((done) => setTimeout(done, 60));
        underWay -= 1;
        return memory.commit(transitions);
      },
    };
    const publishAll = async (calls: number, slots: number) => {
      const engine = createEngine({ storage });
      const times = Array.from({ length: slots }, (_, n) => ({ start: minutes(n * 30), end: minutes(n * 30 + 30) }));
      const providers = Array.from({ length: calls }, (_, call) => `${calls} ${call}`);
      const publishFor = (providerId: string) =>
        engine.createSlots({ actor: patient, providerId, facilityId: "north", slots: times });
      await Promise.all(providers.map(publishFor));
    };
    await publishAll(6, 1_000);
    // More on a busy machine, where a lane counts as slow.
    expect(most).toBeGreaterThanOrEqual(3);
    most = 0;
    await publishAll(10, 100);
    expect(most).toBe(1);
  });

  it("each record is asked for once, whoever wants it", async () => {
    const { plain, engine, sent } = stage();
    const [slot] = await publish(plain);
    await Promise.all(Array.from({ length: 100 }, () => engine.getSlot((slot as Slot).id)));
    expect(sent.loads).toEqual([1]);
  });

  it("and each caller gets a record of its own, which it may change", async () => {
    const { plain, engine } = stage();
    const [slot] = await publish(plain);
    const answers = await Promise.all(Array.from({ length: 5 }, () => engine.getSlot((slot as Slot).id)));
    expect(new Set(answers).size).toBe(5);
    expect(answers).toEqual(answers.map(() => slot));
  });

  it("except within a host's transaction, where calls go as they are", async () => {
    const memory = memoryAdapter();
    const engine = createEngine({ storage: memory });
    const slots = await publish(engine, 3);
    const { transaction, ...host } = await memory.begin();
    const results = await Promise.all(bookAll(engine.within(transaction), slots));
    expect(results).toHaveLength(3);
    await host.rollback();
    expect((await engine.getSlot((slots[0] as Slot).id)).status).toBe("available");
  });
});

describe("what a storage is given to commit", () => {
  const watch = (storage: StorageAdapter, given: Transition[]): StorageAdapter => ({
    ...storage,
    commit: (transitions) => {
      given.push(...transitions);
      return storage.commit(transitions);
    },
    within: (transaction) => watch(storage.within(transaction), given),
  });

  it.each([{}, { batchSize: 1 }])("is plain data, which may be copied and written down (%j)", async (coalesce) => {
    const memory = memoryAdapter();
    const given: Transition[] = [];
    const engine = createEngine({ storage: watch(memory as StorageAdapter, given), coalesce });
    const [slot] = await publish(engine);
    const { transaction, ...host } = await memory.begin();
    await engine.within(transaction).book({ actor: patient, slotId: (slot as Slot).id, subjectId: "p-1" });
    await host.commit();
    expect(given).toHaveLength(2);
    for (const transition of given) {
      expect(structuredClone(transition)).toEqual(transition);
      const { command } = JSON.parse(JSON.stringify(transition)) as Transition;
      expect(command).toEqual({ ...transition.command, requestHash: expect.stringMatching(/^[\da-f]{64}$/) });
      expect(command.result).toMatchObject({ slots: [{ slot: expect.arrayContaining([(slot as Slot).id]) }] });
    }
  });
});

describe("commands that want the same record", () => {
  it("are never in one batch; the losers learn it without asking the database again", async () => {
    const { plain, engine, sent } = stage();
    const [slot] = await publish(plain);
    const callers = Array.from({ length: 64 }, (_, n) =>
      engine.book({ actor: patient, slotId: (slot as Slot).id, subjectId: `p-${n}` }),
    );
    expect(await tally(callers)).toEqual({ ok: 1, slot_booked: 63 });
    expect(sent.commits.length).toBeLessThanOrEqual(3);
  });

  it("and lost it to somebody else's engine learn that from the first of them that asks", async () => {
    const { memory, plain, sent, storage } = stage();
    const [slot] = (await publish(plain)) as [Slot];
    let isLate = false;
    const raced: StorageAdapter = {
      ...storage,
      commit: async (transitions) => {
        if (!isLate) await plain.book({ actor: patient, slotId: slot.id, subjectId: "faster" });
        isLate = true;
        return storage.commit(transitions);
      },
    };
    const engine = createEngine({ storage: raced });
    const callers = Array.from({ length: 32 }, (_, n) =>
      engine.book({ actor: patient, slotId: slot.id, subjectId: `p-${n}` }),
    );
    expect(await tally(callers)).toEqual({ slot_booked: 32 });
    expect(sent.commits).toEqual([1]);
    expect(await auditStore(memory)).toEqual([]);
  });

  const options = { batchSize: 2, lanes: 3, queueLimit: 100 };
  /** Commits a change of these slots, and resolves with what becomes of it. */
  const committing = (storage: StorageAdapter) => {
    const coalescing = coalescingStorage(storage, options);
    return async (id: string, ...slots: Slot[]) => {
      const put = slots.map((slot) => ({ ...slot, version: slot.version + 1 }));
      const expect = slots.map((slot) => ({ key: { kind: "slot", id: slot.id } as const, version: slot.version }));
      const decided = { expect, put, journal: [], result: {} };
      const proposed = { decided, agendas: [], readFrom: 0, after: () => undefined };
      const { outcome } = await coalescing.commit({ id, requestHash: () => id }, proposed);
      return outcome.status;
    };
  };

  it("are served in turn: later ones that want one record do not overtake one that wants several", async () => {
    const { plain, storage } = stage();
    const slots = await publish(plain, 2);
    const [x, y] = slots as [Slot, Slot];
    const order: string[] = [];
    const commit = committing(storage);
    const noted = async (name: string, ...put: Slot[]) => order.push(`${name} ${await commit(name, ...put)}`);
    await Promise.all([noted("x", x), noted("x and y", x, y), noted("y", y)]);
    expect(order).toEqual(["x committed", "x and y stale", "y committed"]);
  });

  it("wait while it is being written, also where there is a lane for them", async () => {
    const { plain, storage, sent } = stage();
    const [x, y, z] = (await publish(plain, 3)) as [Slot, Slot, Slot];
    const commit = committing(storage);
    const statuses = await Promise.all([commit("x", x), commit("y", y), commit("late x", x), commit("z", z)]);
    expect(statuses).toEqual(["committed", "committed", "stale", "committed"]);
    expect(sent.commits).toEqual([2, 1]);
  });

  it("ask again for one that was locked, once those that waited have been told", async () => {
    const { memory, plain } = stage();
    const [slot] = (await publish(plain)) as [Slot];
    let isLocked = true;
    const commit = committing({
      ...memory,
      commit: async (transitions) => {
        if (!isLocked) return memory.commit(transitions);
        return transitions.map(() => ({ status: "busy", keys: [{ kind: "slot", id: slot.id }] }));
      },
    });
    expect(await Promise.all([commit("a", slot), commit("b", slot)])).toEqual(["busy", "busy"]);
    isLocked = false;
    expect(await commit("c", slot)).toBe("committed");
  });
});

describe("a batch that fails", () => {
  const slotsOn = async (count: number) => {
    const memory = memoryAdapter();
    return { memory, slots: await publish(createEngine({ storage: memory }), count) };
  };
  const concerns = (transitions: readonly Transition[], subjectId: string) =>
    transitions.some(({ put }) =>
      put.some((record) => record.kind === "appointment" && record.subjectId === subjectId),
    );

  it("is taken apart, so that a bad command harms nobody else", async () => {
    const { memory, slots } = await slotsOn(20);
    const storage: StorageAdapter = {
      ...memory,
      commit: async (transitions) => {
        if (concerns(transitions, "p-7")) throw new TypeError("What p-7 wants cannot be written.");
        return memory.commit(transitions);
      },
    };
    const outcomes = await Promise.allSettled(bookAll(createEngine({ storage }), slots));
    const failed = outcomes.flatMap((one, index) => (one.status === "rejected" ? [[index, String(one.reason)]] : []));
    expect(failed).toEqual([[7, "TypeError: What p-7 wants cannot be written."]]);
  });

  it("is taken apart in one more wait, not in one for each of its commands, if each attempt waits before it fails", async () => {
    const { slots, memory } = await slotsOn(32);
    let commits = 0;
    const storage: StorageAdapter = {
      ...memory,
      commit: async () => {
        commits += 1;
        await new Promise((resolve) => setTimeout(resolve, 100));
        throw new StorageError("transient", "No connection is free.");
      },
    };
    const engine = createEngine({ storage, retry: { budgetMs: 50, maxPauseMs: 1 } });
    const started = performance.now();
    expect(await tally(bookAll(engine, slots))).toEqual({ storage_busy: 32 });
    expect(commits).toBe(33);
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it("for want of a connection is settled for each of its commands by itself", async () => {
    const { memory, slots } = await slotsOn(20);
    const lost = new StorageError("unknown", "The connection was lost.");
    const storage = failingStorage(memory, (method, call) =>
      method === "commit" && call === 2 ? { after: lost } : {},
    );
    expect(await tally(bookAll(createEngine({ storage }), slots))).toEqual({ ok: 20 });
    expect(await auditStore(memory)).toEqual([]);
  });

  it("for want of a database fails for all, at once", async () => {
    const { memory, slots } = await slotsOn(20);
    const away = new StorageError("unavailable", "Nobody listens.");
    let commits = 0;
    const storage = failingStorage(memory, (method) => {
      commits += method === "commit" ? 1 : 0;
      return method === "commit" ? { before: away } : {};
    });
    expect(await tally(bookAll(createEngine({ storage }), slots))).toEqual({ storage_unavailable: 20 });
    expect(commits).toBeLessThan(5);
  });
});

describe("a commit that waits for somebody's lock", () => {
  /** Commits that write one of these slots wait until they are let go, as they do for a host's open transaction. */
  const lockedStage = async (locked: number) => {
    const memory = memoryAdapter();
    const slots = await publish(createEngine({ storage: memory }), locked + 1);
    const locks = new Map(slots.slice(0, locked).map(({ id }) => [id, Promise.withResolvers<void>()]));
    const storage: StorageAdapter = {
      ...memory,
      commit: async (transitions) => {
        for (const { put } of transitions) for (const { id } of put) await locks.get(id)?.promise;
        return memory.commit(transitions);
      },
    };
    const engine = createEngine({ storage });
    const idAt = (index: number) => (slots[index] as Slot).id;
    const book = (index: number) => engine.book({ actor: patient, slotId: idAt(index), subjectId: `p-${index}` });
    const letGo = (index: number) => locks.get(idAt(index))?.resolve();
    return { memory, book, letGo, last: locked };
  };

  it("keeps those that come after it waiting for a tenth of a second, not until the lock is free", async () => {
    const { memory, book, letGo, last } = await lockedStage(1);
    const stuck = book(0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const started = performance.now();
    await book(last);
    expect(performance.now() - started).toBeLessThan(2_000);
    letGo(0);
    await stuck;
    expect(await auditStore(memory)).toEqual([]);
  });

  it("has a lane beside the others, of which there are eight, so that a pool is not used up", async () => {
    const { memory, book, letGo, last } = await lockedStage(9);
    const stuck: Promise<unknown>[] = [];
    for (let index = 0; index < last; index++) {
      stuck.push(book(index));
      await new Promise((resolve) => setTimeout(resolve, 130));
    }
    const behind = book(last);
    const late = new Promise((resolve) => setTimeout(() => resolve("it waits"), 300));
    expect(await Promise.race([behind, late])).toBe("it waits");
    // Any of them: the ninth takes its lane then, and is in nobody's way either.
    letGo(0);
    await behind;
    for (let index = 1; index < last; index++) letGo(index);
    await Promise.all(stuck);
    expect(await auditStore(memory)).toEqual([]);
  });
});

describe("a full queue", () => {
  it("refuses with storage_busy at once, which says that the same request may succeed later", async () => {
    const { plain, engine } = stage({ queueLimit: 5, lanes: 1 });
    const slots = await publish(plain, 20);
    const started = Date.now();
    const outcomes = await Promise.allSettled(bookAll(engine, slots));
    expect(Date.now() - started).toBeLessThan(1_000);
    const refused = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    // Five are under way, five wait.
    expect(refused.length).toBe(10);
    for (const error of refused) expect(error).toMatchObject({ code: "storage_busy", transient: true });
    expect(refused[0].cause.message).toBe(
      "5 calls wait for the database already. Send fewer at a time, or try again later.",
    );
    await Promise.all(bookAll(engine, slots.slice(10, 14)));
  });
});

describe("a queue", () => {
  it("holds only those that have to wait: full batches with a lane of their own do not count", async () => {
    const { plain, engine } = stage({ queueLimit: 5, lanes: 3, batchSize: 2 });
    const tallied = await tally(bookAll(engine, await publish(plain, 20)));
    expect(tallied).toEqual({ ok: 11, storage_busy: 9 });
  });
});
