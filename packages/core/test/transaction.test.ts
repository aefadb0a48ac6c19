import { describe, expect, it } from "vitest";
import { type OpenTransaction, StorageError, type StorageFailure } from "../src/adapter/index.ts";
import { createEngine } from "../src/index.ts";
import { type MemoryTransaction, memoryAdapter } from "../src/memory/index.ts";

const actor = { kind: "provider", id: "dr" };
const failure = (kind: StorageFailure) => new StorageError(kind, `It is ${kind}.`);

/** A storage whose transactions fail at one step, as often as there are failures. */
async function stage(step: "begin" | "commit" | "rollback", ...failures: readonly StorageFailure[]) {
  const memory = memoryAdapter();
  const left = [...failures];
  const failNow = () => {
    const [kind] = left.splice(0, 1);
    if (kind !== undefined) throw failure(kind);
  };
  async function begin(): Promise<OpenTransaction<MemoryTransaction>> {
    if (step === "begin") failNow();
    const open = await memory.begin();
    const end = async (how: "commit" | "rollback") => {
      try {
        if (how === step) failNow();
      } catch (error) {
        await open.rollback();
        throw error;
      }
      await open[how]();
      return undefined;
    };
    return { ...open, commit: () => end("commit"), rollback: () => end("rollback") };
  }
  const engine = createEngine({ storage: { ...memory, begin }, retry: { budgetMs: 100 } });
  const { slots } = await engine.createSlots({
    actor,
    providerId: "dr",
    facilityId: "f",
    slots: [{ start: "2026-03-02T09:00:00Z", end: "2026-03-02T09:30:00Z" }],
  });
  let runs = 0;
  const book = () =>
    engine.transaction(({ engine: inside }) => {
      runs += 1;
      return inside.book({ actor, slotId: slots[0]?.id ?? "", subjectId: "p" });
    });
  return { engine, book, runs: () => runs };
}

describe("engine.transaction", () => {
  it.each(["begin", "commit"] as const)("is run again where %s met others, and books once", async (step) => {
    const { engine, book, runs } = await stage(step, "transient", "transient");
    expect((await book()).appointment.status).toBe("confirmed");
    expect(runs()).toBe(step === "begin" ? 1 : 3);
    expect((await engine.listAppointments({})).items).toHaveLength(1);
  });

  it.each(["begin", "commit"] as const)("ends with storage_busy where %s meets others for too long", async (step) => {
    const { engine, book } = await stage(step, ...Array<StorageFailure>(100_000).fill("transient"));
    await expect(book()).rejects.toMatchObject({ code: "storage_busy", details: { repeat: "command" } });
    expect((await engine.listAppointments({})).items).toEqual([]);
  });

  it("says outcome_unknown where COMMIT was not answered, and does not run the callback again", async () => {
    const { book, runs } = await stage("commit", "unknown");
    await expect(book()).rejects.toMatchObject({
      code: "outcome_unknown",
      details: { idempotencyKey: null },
      message: expect.stringContaining("either all of it took effect, or nothing"),
    });
    expect(runs()).toBe(1);
  });

  it("begins again where the connection was lost at BEGIN: nothing was sent after it", async () => {
    const { book } = await stage("begin", "unknown");
    expect((await book()).appointment.status).toBe("confirmed");
  });

  it.each([
    ["unavailable", "storage_unavailable"],
    ["read_only", "storage_read_only"],
    ["misused", "storage_misused"],
    ["refused", "refused_by_database"],
  ] as const)("says %s at COMMIT as %s, and nothing is left", async (kind, code) => {
    const { engine, book } = await stage("commit", kind);
    await expect(book()).rejects.toMatchObject({ code, cause: { failure: kind } });
    expect((await engine.listAppointments({})).items).toEqual([]);
  });

  it("says why the storage had ended it, rather than what came of that", async () => {
    const { engine } = await stage("rollback", "misused");
    const consequence = new TypeError("The connection is not open");
    const failed = engine.transaction(() => Promise.reject(consequence));
    await expect(failed).rejects.toMatchObject({ code: "storage_misused", cause: { cause: consequence } });
  });
});

describe("what is no transaction", () => {
  it.each([
    [undefined, "undefined"],
    [null, "null"],
    [{}, "a plain object"],
    ["begin", "a string"],
    [new Date(), "an object of the class Date"],
  ])("is refused within, in the words of all adapters: %j", async (given, words) => {
    const within = memoryAdapter().within(given as never);
    const message = `within() was given ${words}, which is not a transaction that it can use. Give it the transaction that the callback of engine.transaction() was given; or call`;
    await expect(within.load([{ kind: "slot", id: "s" }])).rejects.toMatchObject({
      failure: "misused",
      message: expect.stringContaining(message),
    });
  });
});

describe("transactions that wait for each other", () => {
  it("wait for their turn without asking over and over, where the budget is longer than any timer", async () => {
    const warnings: string[] = [];
    const note = ({ name }: Error) => void warnings.push(name);
    process.on("warning", note);
    const engine = createEngine({ storage: memoryAdapter(), retry: { budgetMs: Number.MAX_SAFE_INTEGER } });
    const order: string[] = [];
    const first = engine.transaction(async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      order.push("first");
    });
    const second = engine.transaction(async () => void order.push("second"));
    await Promise.all([first, second]);
    process.off("warning", note);
    expect(order).toEqual(["first", "second"]);
    expect(warnings).toEqual([]);
  });

  it("end with storage_busy at the end of the budget, and name the engine to be called", async () => {
    const engine = createEngine({ storage: memoryAdapter(), retry: { budgetMs: 1 } });
    const problem = expect.stringContaining("call the engine that it was given");
    const nested = engine.transaction(() => engine.transaction(async () => 1));
    await expect(nested).rejects.toMatchObject({ code: "storage_busy", details: { problem } });
    expect(await engine.transaction(async () => 2)).toBe(2);
  }, 20_000);
});

describe("a transaction that may only read, in place of which no other one is to be had for now", () => {
  it("is run again on the next one", async () => {
    const { engine } = await stage("rollback", "transient");
    let calls = 0;
    const result = await engine.transaction(async () => {
      calls += 1;
      if (calls === 1) throw new Error("the session may only read");
      return "done";
    });
    expect([result, calls]).toEqual(["done", 2]);
  });
});
