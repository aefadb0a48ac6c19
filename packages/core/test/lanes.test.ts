import { AsyncLocalStorage } from "node:async_hooks";
import { minutes, patient, place, publish } from "@slotwright/conformance/fixtures";
import { afterEach, describe, expect, it, vi } from "vitest";
import { StorageError } from "../src/adapter/index.ts";
import { type Call, createLanes, type LanesOf } from "../src/engine/lanes.ts";
import { createEngine, isBookingError, type Proposal, type Slot, type StorageAdapter } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import { watched } from "./watched-storage.ts";

const options = { batchSize: 32, lanes: 3, queueLimit: 1_000 };
interface Asked extends Call<number> {
  readonly number: number;
}
const numbersOf = (batch: readonly Asked[]) => batch.map(({ number }) => number);
const lanesOf = (of: Partial<LanesOf<Asked, number>>) => {
  const lanes = createLanes<Asked, number>({
    options,
    select: (queue) => ({ batch: queue, rest: [], lost: [] }),
    send: async (batch) => numbersOf(batch),
    ...of,
  });
  const send = (number: number) =>
    new Promise<number>((resolve, reject) => {
      void lanes.add({ number, resolve, reject });
    });
  return { send };
};
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const reasonOf = (call: Promise<unknown>) => call.then(() => "answered", String);

const bookAll = (storage: StorageAdapter, slots: readonly Slot[]) => {
  const engine = createEngine({ storage, retry: { budgetMs: 0 } });
  return slots.map(({ id }, n) => engine.book({ actor: patient, slotId: id, subjectId: `p-${n}` }));
};

async function codesOf(calls: readonly Promise<unknown>[]): Promise<readonly string[]> {
  const outcomes = await Promise.allSettled(calls);
  return outcomes.map((one) =>
    one.status === "fulfilled" ? "ok" : isBookingError(one.reason) ? one.reason.code : "?",
  );
}

/** Fails each batch that has the third of six. */
async function sixOn(failure: () => Promise<never>) {
  const memory = memoryAdapter();
  const slots = await publish(createEngine({ storage: memory }), 6);
  const { storage, sent } = watched(memory);
  const failing: StorageAdapter = {
    ...storage,
    commit: async (transitions) => {
      const outcome = transitions.some(({ put }) => put.some(({ id }) => id === slots[2]?.id)) ? failure() : undefined;
      return (await outcome) ?? storage.commit(transitions);
    },
  };
  return { slots, storage: failing, sent };
}

describe("a batch that fails", () => {
  it("for what one call sends is taken apart: that call is refused, and its neighbours are done", async () => {
    const cause = new Error("a trigger says no");
    const { storage, slots } = await sixOn(async () => {
      throw new StorageError("refused", "The database refused the change.", cause);
    });
    const calls = bookAll(storage, slots);
    expect(await codesOf(calls)).toEqual(["ok", "ok", "refused_by_database", "ok", "ok", "ok"]);
    const error = await calls[2]?.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ transient: false, cause: { failure: "refused", cause } });
  });

  it("because of what one call lacks in the database, such as a table of a host's trigger, fails for that one", async () => {
    const { storage, slots } = await sixOn(async () => {
      throw new StorageError("schema_outdated", "There is no such table.");
    });
    expect(await codesOf(bookAll(storage, slots))).toEqual(["ok", "ok", "schema_outdated", "ok", "ok", "ok"]);
  });

  it.each(["read_only", "misused", "unavailable"] as const)(
    "because it is %s, fails for all, at once",
    async (failure) => {
      let commits = 0;
      const { storage, slots } = await sixOn(async () => {
        commits += 1;
        throw new StorageError(failure, "No call can work.");
      });
      const codes = new Set(await codesOf(bookAll(storage, slots)));
      expect(codes.size).toBe(1);
      expect(commits).toBeLessThan(5);
    },
  );

  it("after a wait in vain goes on one by one: only the call that waits for the lock waits again", async () => {
    const started = performance.now();
    const { storage, slots } = await sixOn(async () => {
      await pause(1_500);
      throw new StorageError("transient", "A lock was not free in time.");
    });
    const calls = bookAll(storage, slots);
    const times = calls.map((call) => reasonOf(call).then(() => performance.now() - started));
    expect(await codesOf(calls)).toEqual(["ok", "ok", "storage_busy", "ok", "ok", "ok"]);
    const [blocked = 0, ...neighbours] = (await Promise.all(times)).sort((a, b) => b - a);
    for (const time of neighbours) expect(blocked - time).toBeGreaterThan(700);
    expect(blocked).toBeLessThan(4_400);
  });

  it("makes room for what waits with each part that is answered, not with the last", async () => {
    const answered: number[] = [];
    const lanes = lanesOf({
      onAnswered: (batch) => answered.push(...numbersOf(batch)),
      send: async (batch) => {
        if (batch.length > 1) throw new StorageError("transient", "A lock was not free in time.");
        if (batch[0]?.number === 1) await pause(300);
        return numbersOf(batch);
      },
    });
    await Promise.all([lanes.send(1), lanes.send(2), lanes.send(3)]);
    expect(answered).toEqual([2, 3, 1]);
  });

  it("sends what waits for a record of a part that is answered, while another part still waits for its lock", async () => {
    const answered: number[] = [];
    const isFree = ({ number }: Asked) => number !== 4 || answered.includes(2);
    const lanes = lanesOf({
      onAnswered: (batch) => answered.push(...numbersOf(batch)),
      select: (queue) => ({ batch: queue.filter(isFree), rest: queue.filter((call) => !isFree(call)), lost: [] }),
      send: async (batch) => {
        if (batch.length > 1) throw new StorageError("transient", "A lock was not free in time.");
        await pause(batch[0]?.number === 1 ? 900 : 150);
        return numbersOf(batch);
      },
    });
    await Promise.all([1, 2, 3, 4].map(lanes.send));
    expect(answered).toEqual([2, 3, 4, 1]);
  });
});

describe("a row that is locked", () => {
  it("answers all that wait for it, and asks once for each wave of them", async () => {
    const memory = memoryAdapter();
    const [slot] = (await publish(createEngine({ storage: memory }))) as [Slot];
    let commits = 0;
    const storage: StorageAdapter = {
      ...memory,
      commit: async (transitions) => {
        commits += 1;
        await pause(20);
        return transitions.map(() => ({ status: "busy", keys: [{ kind: "slot", id: slot.id }] }));
      },
    };
    const engine = createEngine({ storage, retry: { budgetMs: 0 } });
    const calls = Array.from({ length: 20 }, (_, n) =>
      engine.book({ actor: patient, slotId: slot.id, subjectId: `p-${n}` }),
    );
    const outcomes = await Promise.allSettled(calls);
    for (const one of outcomes) {
      const message = expect.stringContaining(slot.id);
      expect(one).toMatchObject({ reason: { code: "storage_busy", cause: { failure: "transient", message } } });
    }
    expect(commits).toBeLessThan(5);
  });
});

describe("a batch of large commands", () => {
  it("is split, so that it stays within what a server takes at once", async () => {
    const { storage, sent } = watched(memoryAdapter());
    const engine = createEngine({ storage });
    const slots = (from: number) =>
      Array.from({ length: 900 }, (_, n) => {
        const start = Date.UTC(2026, 2, 2) + (from + n) * 600_000;
        return { start: new Date(start), end: new Date(start + 600_000) };
      });
    const create = (providerId: string) =>
      engine.createSlots({ actor: patient, providerId, facilityId: "f", slots: slots(0) });
    await Promise.all(["a", "b", "c", "d", "e"].map(create));
    expect(sent.commits).toEqual([2, 2, 1]);
  });
});

describe("a lane in which something throws", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("rejects its calls, and serves the next", async () => {
    let isBroken = true;
    const broken = <Answer>(where: string, answer: Answer): Answer => {
      if (isBroken) throw new Error(`${where} is broken`);
      return answer;
    };
    const lanes = [
      lanesOf({ select: (queue) => broken("select", { batch: queue, rest: [], lost: [] }) }),
      lanesOf({ send: (batch) => broken("send", Promise.resolve(numbersOf(batch))) }),
      lanesOf({ onAnswered: () => broken("onAnswered", undefined) }),
    ];
    const answers = await Promise.all(lanes.map(({ send }) => reasonOf(send(1))));
    expect(answers).toEqual(["Error: select is broken", "Error: send is broken", "answered"]);
    isBroken = false;
    expect(await Promise.all(lanes.map(({ send }) => send(2)))).toEqual([2, 2, 2]);
  });

  it("does without the timers that a runtime has not", async () => {
    vi.stubGlobal("setInterval", undefined);
    expect(await lanesOf({}).send(1)).toBe(1);
  });

  it("keeps nobody from the records that its calls wanted", async () => {
    const storage = memoryAdapter();
    const [slot] = (await publish(createEngine({ storage }))) as [Slot];
    const engine = createEngine({ storage });
    vi.stubGlobal("setInterval", () => {
      throw new Error("no timers here");
    });
    const want = { actor: { kind: "p", id: "p" }, slotId: slot.id, subjectId: "p" };
    await expect(engine.book(want)).rejects.toThrow("no timers here");
    vi.unstubAllGlobals();
    expect((await engine.book(want)).appointment.status).toBe("confirmed");
  });

  it("rejects its calls where the runtime's timers throw, and serves the next once they do not", async () => {
    const lanes = lanesOf({});
    vi.stubGlobal("setInterval", () => {
      throw new Error("no timers here");
    });
    expect(await reasonOf(lanes.send(1))).toBe("Error: no timers here");
    vi.unstubAllGlobals();
    expect(await lanes.send(2)).toBe(2);
  });

  it("needs no more of a timer than a number, as browsers have it", async () => {
    const timers: NodeJS.Timeout[] = [];
    const real = setInterval;
    vi.stubGlobal("setInterval", (...given: Parameters<typeof setInterval>) => timers.push(real(...given)) - 1);
    vi.stubGlobal("clearInterval", (index: number) => clearTimeout(timers[index]));
    const [slot] = (await publish(createEngine({ storage: memoryAdapter() }))) as [Slot];
    expect(slot.status).toBe("available");
  });
});

describe("the asynchronous context", () => {
  it("of a search that serves several callers is no caller's, and neither is that of the question for the settings", async () => {
    const tenants = new AsyncLocalStorage<string>();
    const memory = memoryAdapter();
    await publish(createEngine({ storage: memory }), 1, 8);
    const inStorage: (string | undefined)[] = [];
    const noting =
      <Args extends readonly unknown[], Answer>(call: (...args: Args) => Promise<Answer>) =>
      async (...args: Args): Promise<Answer> => {
        inStorage.push(tenants.getStore());
        return call(...args);
      };
    const storage = { ...memory, findSlots: noting(memory.findSlots), readSettings: noting(memory.readSettings) };
    const engine = createEngine({ storage });
    const wanted = { actor: patient, ...place, start: minutes(0), end: minutes(30), subjectId: "p" };
    await Promise.all(Array.from({ length: 8 }, (_, index) => tenants.run(`${index}`, () => engine.book(wanted))));
    expect(inStorage.length).toBeGreaterThan(1);
    expect(new Set(inStorage)).toEqual(new Set([undefined]));
  });

  it("of a batch is no caller's, and each caller has its own again afterwards, in policies, too", async () => {
    const tenants = new AsyncLocalStorage<string>();
    const memory = memoryAdapter();
    const slots = await publish(createEngine({ storage: memory }), 8);
    const inStorage: (string | undefined)[] = [];
    const noting =
      <Args extends readonly unknown[], Answer>(call: (...args: Args) => Promise<Answer>) =>
      async (...args: Args): Promise<Answer> => {
        inStorage.push(tenants.getStore());
        await pause(1);
        inStorage.push(tenants.getStore());
        return call(...args);
      };
    const storage: StorageAdapter = { ...memory, load: noting(memory.load), commit: noting(memory.commit) };
    const inPolicies = new Map<string, string | undefined>();
    const engine = createEngine({
      storage,
      coalesce: { lanes: 1, batchSize: 4 },
      policies: [
        {
          name: "tenant",
          check: ({ appointments: [appointment] }: Proposal) => {
            inPolicies.set(appointment?.subjectId ?? "", tenants.getStore());
            return undefined;
          },
        },
      ],
    });
    const names = slots.map((_, index) => `tenant-${index}`);
    const book = async (name: string, index: number) => {
      await engine.book({ actor: patient, slotId: slots[index]?.id ?? "", subjectId: name });
      return tenants.getStore();
    };
    const after = await Promise.all(names.map((name, index) => tenants.run(name, () => book(name, index))));
    expect(after).toEqual(names);
    expect(new Set(inStorage)).toEqual(new Set([undefined]));
    expect([...inPolicies]).toEqual(names.map((name) => [name, name]));
  });
});
