import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { StorageError } from "../src/adapter/index.ts";
import { type CreatedSoFar, createEngine, type NewSlotInput } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import { failingStorage } from "./failing-storage.ts";

const place = { providerId: "dr", facilityId: "f" };
const call = { actor: { kind: "provider", id: "dr" }, ...place, idempotencyKey: "k", chunkSize: 10 };
const at = (minute: number) => new Date(Date.UTC(2027, 0, 4, 9, minute));
const slot = (index: number): NewSlotInput => ({ start: at(index), end: at(index + 1) });
const slots = (count: number) => Array.from({ length: count }, (_, index) => slot(index));
const createdSoFar = (inputs: number) => ({ idempotencyKey: "k", inputs, slots: inputs });

/** It has the form of the ids of slots that are made of openings. */
const ofOpening = "0a1b2c3d-0000-8000-8000-000000000001";

describe("createManySlots", () => {
  it("is stopped by a timer even where nothing is waited for", async () => {
    const engine = createEngine({ storage: memoryAdapter() });
    const stopped = engine.createManySlots({ ...call, slots: slots(2_000), signal: AbortSignal.timeout(1) });
    await expect(stopped).rejects.toMatchObject({ code: "aborted", cause: { name: "TimeoutError" } });
  });

  it("does not wait for a source that hangs when it is aborted, and creates nothing of a part of a chunk", async () => {
    const engine = createEngine({ storage: memoryAdapter() });
    async function* hanging() {
      yield* slots(15);
      await new Promise(() => {});
    }
    const stop = new AbortController();
    const stopped = engine.createManySlots({ ...call, slots: hanging(), signal: stop.signal });
    setTimeout(() => stop.abort("enough"), 20);
    const details = { createdSoFar: createdSoFar(10) };
    await expect(stopped).rejects.toMatchObject({ code: "aborted", cause: "enough", details });
    expect((await engine.listSlots({})).items).toHaveLength(10);
  });

  it("tells the source that it reads no further", async () => {
    const engine = createEngine({ storage: memoryAdapter() });
    const ended: string[] = [];
    function* watched(name: string, count: number) {
      try {
        yield* slots(count);
      } finally {
        ended.push(name);
      }
    }
    await engine.createManySlots({ ...call, slots: watched("whole", 25) });
    const onProgress = () => Promise.reject(new Error("the host says so"));
    const broken = engine.createManySlots({
      ...call,
      facilityId: "g",
      idempotencyKey: "l",
      slots: watched("cut", 25),
      onProgress,
    });
    await expect(broken).rejects.toThrow("the host says so");
    await nextTurn();
    expect(ended).toEqual(["whole", "cut"]);
  });

  it("says which input a source failed at, and keeps the source's error as the cause", async () => {
    const engine = createEngine({ storage: memoryAdapter() });
    async function* failing() {
      yield* slots(12);
      throw new Error("line 13 is cut off");
    }
    await expect(engine.createManySlots({ ...call, slots: failing() })).rejects.toMatchObject({
      code: "invalid_input",
      details: { issues: [{ path: "slots.12" }], createdSoFar: createdSoFar(10) },
      cause: { message: "line 13 is cut off" },
    });
  });

  it("says which input a rule refused, as the whole call counts them", async () => {
    const engine = createEngine({ storage: memoryAdapter() });
    const given = slots(15).map((slot, index) => (index === 12 ? { ...slot, slotId: ofOpening } : slot));
    await expect(engine.createManySlots({ ...call, slots: given })).rejects.toMatchObject({
      code: "invalid_input",
      details: { issues: [{ path: "slots.12.slotId" }], createdSoFar: createdSoFar(10) },
    });
  });

  it("takes a source that hands out one object again and again", async () => {
    const engine = createEngine({ storage: memoryAdapter() });
    function* reused() {
      const one: { start: Date; end: Date } = { start: at(0), end: at(0) };
      for (let index = 0; index < 25; index++) yield Object.assign(one, slot(index));
    }
    expect(await engine.createManySlots({ ...call, slots: reused() })).toEqual(createdSoFar(25));
    expect((await engine.listSlots({})).items.map(({ start }) => start)).toEqual(slots(25).map(({ start }) => start));
  });

  it("makes a key where none is given, and every failure names it", async () => {
    const memory = memoryAdapter();
    let commits = 0;
    const storage = failingStorage(memory, (method) => {
      commits += method === "commit" ? 1 : 0;
      return commits > 1 ? { before: new StorageError("unknown", "the connection is gone") } : undefined;
    });
    const { idempotencyKey: _, ...unnamed } = call;
    const engine = createEngine({ storage, retry: { budgetMs: 20 } });
    const lost = await engine.createManySlots({ ...unnamed, slots: slots(25) }).catch((error: unknown) => error);
    expect(lost).toMatchObject({ code: "outcome_unknown", details: { createdSoFar: { inputs: 10, slots: 10 } } });
    const { idempotencyKey } = (lost as { details: { idempotencyKey: string } }).details;
    expect(lost).toMatchObject({ details: { createdSoFar: { idempotencyKey } } });
    const healed = createEngine({ storage: memory });
    const again = await healed.createManySlots({ ...unnamed, idempotencyKey, slots: slots(25) });
    expect(again).toEqual({ idempotencyKey, inputs: 25, slots: 25 });
    expect((await healed.listSlots({})).items).toHaveLength(25);
  });

  it("does not say that something stays where the host's transaction is lost", async () => {
    let commits = 0;
    const storage = failingStorage(memoryAdapter(), (method) => {
      commits += method === "commit" ? 1 : 0;
      return commits > 1 ? { before: new StorageError("transient", "a deadlock") } : undefined;
    });
    const inside = createEngine({ storage: { ...storage, within: () => storage } }).within({});
    const lost = await inside.createManySlots({ ...call, slots: slots(25) }).catch((error: unknown) => error);
    expect(lost).toMatchObject({ code: "storage_busy", details: { repeat: "transaction" } });
    expect(lost).not.toHaveProperty("details.createdSoFar");
  });

  it("counts by itself, whatever onProgress does to what it is given", async () => {
    const onProgress = (created: CreatedSoFar) => void Object.assign(created, { inputs: 1e6, slots: 1e6 });
    const engine = createEngine({ storage: memoryAdapter() });
    expect(await engine.createManySlots({ ...call, slots: slots(25), onProgress })).toMatchObject({
      inputs: 25,
      slots: 25,
    });
  });

  it("asks the host's authorization and policies about every chunk, as for createSlots", async () => {
    const asked: string[] = [];
    const engine = createEngine({
      storage: memoryAdapter(),
      authorize: (request) => void asked.push(request.action === "command" ? request.command : request.action),
      policies: [
        {
          name: "early",
          check: ({ slots: made }) => (made.some(({ start }) => start >= at(20)) ? "Closed." : undefined),
        },
      ],
    });
    await expect(engine.createManySlots({ ...call, slots: slots(25) })).rejects.toMatchObject({
      code: "policy_violation",
      details: { createdSoFar: createdSoFar(20) },
    });
    expect(asked).toEqual(Array(3).fill("createSlots"));
  });

  it.each([
    ["slots", { slots: "abc" }],
    ["slots", { slots: 7 }],
    ["chunkSize", { slots: [], chunkSize: 0 }],
    ["signal", { slots: [], signal: {} }],
    ["onProgress", { slots: [], onProgress: 1 }],
    ["idempotencyKey", { slots: [], idempotencyKey: "k".repeat(120) }],
    ["slots.0", { slots: [null] }],
    [
      "slots",
      {
        slots: {
          [Symbol.iterator]: () => {
            throw new Error("no");
          },
        },
      },
    ],
  ])("refuses what it cannot use as %s", async (path, wrong) => {
    const engine = createEngine({ storage: memoryAdapter() });
    const refused = engine.createManySlots({ ...call, ...wrong } as never);
    await expect(refused).rejects.toMatchObject({ code: "invalid_input", details: { issues: [{ path }] } });
  });
});
