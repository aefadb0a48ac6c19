import { describe, expect, it } from "vitest";
import { StorageError } from "../src/adapter/index.ts";
import { createEngine, type Engine, type StorageAdapter } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";

const actor = { kind: "provider", id: "dr" };
const slots = [{ start: "2026-03-02T09:00:00Z", end: "2026-03-02T09:30:00Z" }];
const createAt = (engine: Engine, facilityId: string) =>
  engine.createSlots({ actor, providerId: "dr", facilityId, slots });

/** Counts how often the settings are asked for; the first so many times, the database answers with this failure. */
function counted(failure?: StorageError["failure"], times = 0) {
  const memory = memoryAdapter();
  const calls = { read: 0, store: 0, loads: 0 };
  const storage = {
    ...memory,
    load: async (keys) => {
      calls.loads += 1;
      return memory.load(keys);
    },
    readSettings: async () => {
      calls.read += 1;
      if (failure !== undefined && calls.read <= times) throw new StorageError(failure, "The test says so.");
      return memory.readSettings();
    },
    storeSettings: async (settings) => {
      calls.store += 1;
      return memory.storeSettings(settings);
    },
  } as StorageAdapter;
  return { memory, storage, calls };
}

describe("the settings of a database", () => {
  it("are asked for once, before the first command, however many there are at once", async () => {
    const { storage, calls } = counted();
    const engine = createEngine({ storage });
    await engine.listSlots({ providerIds: ["dr"] });
    expect(calls.read).toBe(0);
    await Promise.all(["a", "b", "c"].map((facility) => createAt(engine, facility)));
    await createAt(engine, "d");
    expect(calls).toMatchObject({ read: 1, store: 1 });
    await createAt(createEngine({ storage }), "e");
    expect(calls).toMatchObject({ read: 2, store: 1 });
  });

  it.each(["transient", "unknown"] as const)("are asked for again after a failure that is %s", async (failure) => {
    const { storage, calls } = counted(failure, 3);
    await createAt(createEngine({ storage }), "a");
    expect(calls.read).toBe(4);
  });

  it.each([
    ["transient", "storage_busy"],
    ["unknown", "storage_busy"],
    ["read_only", "storage_read_only"],
    ["unavailable", "storage_unavailable"],
  ] as const)("make the command fail where their failure is %s for good: %s", async (failure, code) => {
    const { storage, calls } = counted(failure, Number.POSITIVE_INFINITY);
    const engine = createEngine({ storage, retry: { budgetMs: 20 } });
    await expect(createAt(engine, "a")).rejects.toMatchObject({ code });
    expect(calls.loads).toBe(0);
  });

  it("are not asked for any more in transactions of the host, once one has committed", async () => {
    const { memory, storage, calls } = counted();
    const engine = createEngine({ storage });
    const within = async (facility: string) => {
      const { transaction, commit } = await memory.begin();
      await createAt(engine.within(transaction), facility);
      await commit();
    };
    await within("a");
    await within("b");
    await new Promise(setImmediate);
    const { read } = calls;
    await within("c");
    await createAt(engine, "d");
    expect(calls.read).toBe(read);
  });
});
