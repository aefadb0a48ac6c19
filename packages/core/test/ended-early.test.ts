import { describe, expect, it } from "vitest";
import { StorageError } from "../src/adapter/index.ts";
import { BookingError, createEngine, type ErrorCode, isBookingError, type Slot } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import { failingStorage } from "./failing-storage.ts";

const actor = { kind: "provider", id: "w" };
const place = { providerId: "w", facilityId: "q" };
const day = 86_400_000;
const week = 7 * day;
/** A week of imports begins then, and none of the times below lies in two of them. */
const begin = Math.ceil(Date.now() / week) * week;
const inDays = (days: number) => new Date(begin + days * day);

/** A provider with hours on an engine whose commits fail once so many have gone through. */
async function stage(failure: StorageError["failure"], commits: number) {
  const memory = memoryAdapter();
  await createEngine({ storage: memory }).setAvailability({
    actor,
    ...place,
    hours: { offer: { minutes: 60 }, weekly: [{ days: ["monday", "tuesday"], from: 0, to: 1440 }] },
  });
  let done = 0;
  const storage = failingStorage(memory, (method) => {
    if (method === "commit") done += 1;
    return done > commits ? { before: new StorageError(failure, "The test says so.") } : undefined;
  });
  const stored = (): Promise<readonly Slot[]> => memory.findSlots({ asOf: new Date(), limit: 1e6 });
  return { memory, stored, storage, engine: createEngine({ storage, retry: { budgetMs: 20 } }) };
}

const publish = { actor, ...place, until: inDays(700) };
const calendar = {
  actor,
  ...place,
  source: "hospital",
  from: inDays(0),
  until: inDays(28),
  intervals: [0, 1, 2, 3].map((weeks) => {
    const start = begin + weeks * week + 3_600_000;
    return { start: new Date(start), end: new Date(start + 3_600_000) };
  }),
};

async function failureOf(call: Promise<unknown>): Promise<BookingError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isBookingError(error)) throw new Error(`expected a BookingError, got ${String(error)}`);
  return error;
}

const texts = (error: BookingError) => [error.message, error.toResponse().message];
const claim = /nothing (of it )?was (changed|stored)/i;

describe("a call that ends early after it has stored something", () => {
  it.each([
    ["unavailable", "storage_unavailable"],
    ["read_only", "storage_read_only"],
    ["transient", "storage_busy"],
    ["refused", "refused_by_database"],
    ["schema_too_new", "schema_too_new"],
    ["schema_outdated", "schema_outdated"],
  ] as const)("never says that nothing was changed: publishSlots, %s", async (failure, code) => {
    const { engine, stored } = await stage(failure, 1);
    const error = await failureOf(engine.publishSlots(publish));
    const created = (await stored()).length;
    expect(created).toBeGreaterThan(100);
    expect(error).toMatchObject({ code, details: { doneSoFar: { call: "publishSlots", changed: { created } } } });
    for (const text of texts(error)) expect(text).not.toMatch(claim);
    const [message, shown] = texts(error);
    expect(message).toContain(`What it stored before stays: created ${created}, withdrawn 0.`);
    expect(message).toMatch(/To go on, call publishSlots again: it finds what is there\.$/);
    expect(shown).toMatch(/What was done before that will stay\.$/);
    expect(error.toResponse().details).toHaveProperty("doneSoFar");
    // The engine's own key would be refused as a field that publishSlots does not have.
    if (code === "storage_busy") expect(error.details).toMatchObject({ idempotencyKey: null });
  });

  it("never says that nothing was changed: importBusy", async () => {
    const { engine, memory, stored } = await stage("unavailable", 1);
    const before = (await stored()).length;
    const error = await failureOf(engine.importBusy(calendar));
    const created = (await stored()).length - before;
    expect(created).toBeGreaterThan(0);
    const changed = { created, withdrawn: 0, blocked: 0, freed: 0 };
    expect(error).toMatchObject({
      code: "storage_unavailable",
      details: { doneSoFar: { call: "importBusy", changed } },
    });
    for (const text of texts(error)) expect(text).not.toMatch(claim);
    const again = await createEngine({ storage: memory }).importBusy(calendar);
    expect([again.created, again.kept]).toEqual([4 - created, created]);
  });

  it("tells what exists where its signal stopped it, and that a repeat goes on", async () => {
    const { engine, memory, stored } = await stage("unavailable", 1e9);
    const stop = new AbortController();
    const stopping = failingStorage(memory, (method, call) => {
      if (method === "commit" && call === 2) stop.abort("enough");
      return undefined;
    });
    const stopped = createEngine({ storage: stopping }).publishSlots({ ...publish, signal: stop.signal });
    const error = await failureOf(stopped);
    expect(error).toMatchObject({ code: "aborted", cause: "enough" });
    const created = (await stored()).length;
    expect(error.details).toEqual({ doneSoFar: { call: "publishSlots", changed: { created, withdrawn: 0 } } });
    expect(error.message).toContain(`AbortSignal. What it stored before stays: created ${created}`);
    expect(error.toResponse().message).toBe(
      "This was stopped before it was finished. You can start it again. What was done before that will stay.",
    );
    expect((await engine.publishSlots(publish)).kept).toBe(created);
  });

  it("does not tell of a key that it does not take where the outcome of its first part is not certain", async () => {
    const { engine } = await stage("unknown", 0);
    const error = await failureOf(engine.publishSlots(publish));
    const changed = { created: 0, withdrawn: 0 };
    expect(error.code).toBe("outcome_unknown");
    expect(error.details).toEqual({ idempotencyKey: null, doneSoFar: { call: "publishSlots", changed } });
    expect(error.message).toMatch(/did not confirm .* To go on, call publishSlots again: it finds what is there\.$/);
    expect(error.message).not.toMatch(/idempotency key|stays/);
  });

  it("says that nothing was changed where that is so", async () => {
    const { engine } = await stage("unavailable", 0);
    const error = await failureOf(engine.publishSlots(publish));
    expect(error.details).toEqual({});
    for (const text of texts(error)) expect(text).toMatch(claim);
    const aborted = await failureOf(engine.publishSlots({ ...publish, signal: AbortSignal.abort() }));
    expect(aborted.message).toBe(
      "The call was stopped by its AbortSignal, and nothing was changed. Call it again if it is to be done after all.",
    );
    expect(aborted.toResponse().message).toBe(
      "This was stopped before it was finished. Nothing was changed. You can start it again.",
    );
  });

  it("says so of a dry run, and of a host's transaction that is lost", async () => {
    const { storage, memory, stored } = await stage("transient", 1);
    const inside = createEngine({ storage: { ...storage, within: () => storage } }).within({});
    const lost = await failureOf(inside.publishSlots(publish));
    expect(lost.details).toMatchObject({ repeat: "transaction" });
    expect(lost.details).not.toHaveProperty("doneSoFar");
    for (const failure of ["refused", "misused"] as const) {
      const ended = await stage(failure, 1);
      const within = createEngine({ storage: { ...ended.storage, within: () => ended.storage } }).within({});
      const error = await failureOf(within.publishSlots(publish));
      expect(error.details).not.toHaveProperty("doneSoFar");
      expect(error.message).not.toMatch(/stays/);
    }
    const reads = failingStorage(memory, (method, call) =>
      method === "findSlots" && call > 1 ? { before: new StorageError("unavailable", "gone") } : undefined,
    );
    const dry = await failureOf(createEngine({ storage: reads }).publishSlots({ ...publish, dryRun: true }));
    expect(dry.details).toEqual({});
    expect((await stored()).length).toBeGreaterThan(0);
  });
});

describe("a reconcile that ends early", () => {
  /** Two slots that are booked for nobody. */
  async function damaged() {
    const memory = memoryAdapter();
    const engine = createEngine({ storage: memory });
    const slots = [1, 2].map((days) => ({ start: inDays(days), end: new Date(inDays(days).getTime() + 60_000) }));
    const made = await engine.createSlots({ actor, ...place, slots });
    const lost = new Map(
      made.slots.map((slot) => [slot.id, { ...slot, status: "booked" as const, appointmentId: slot.id }]),
    );
    const storage = {
      ...memory,
      findSlots: async (query: never) => (await memory.findSlots(query)).map((slot) => lost.get(slot.id) ?? slot),
      load: async (keys: never) =>
        (await memory.load(keys)).map((record) => {
          const slot = record?.kind === "slot" ? lost.get(record.id) : undefined;
          return slot?.version === (record as Slot | undefined)?.version ? slot : record;
        }),
    };
    return storage as unknown as typeof memory;
  }

  it("tells how many faults are gone", async () => {
    let commits = 0;
    const storage = failingStorage(await damaged(), (method) => {
      if (method === "commit") commits += 1;
      return commits > 1 ? { before: new StorageError("unavailable", "gone") } : undefined;
    });
    const error = await failureOf(createEngine({ storage }).reconcile({ actor }));
    expect(error.details).toEqual({ doneSoFar: { call: "reconcile", changed: { repaired: 1 } } });
    for (const text of texts(error)) expect(text).not.toMatch(claim);
    expect(error.message).toContain("What it stored before stays: repaired 1. To go on, call reconcile again");
  });

  it("passes on what onFinding throws, unchanged", async () => {
    const own = new BookingError("slot_not_found", { slotId: "s" });
    const onFinding = () => Promise.reject(own);
    const engine = createEngine({ storage: await damaged() });
    await expect(engine.reconcile({ actor, onFinding })).rejects.toBe(own);
    expect(own.details).toEqual({ slotId: "s" });
  });
});

describe("what createManySlots says of itself", () => {
  const errorOf = (inputs: number, code: ErrorCode = "storage_unavailable") =>
    new BookingError(code, { createdSoFar: { idempotencyKey: "k", inputs, slots: 2 * inputs } } as never).message;

  it("does not contradict itself", () => {
    expect(errorOf(1)).toBe(
      "The database cannot be used at the moment. Try again later; the operator finds what is wrong in the error's cause." +
        " Of this call's inputs, the first one has its slots (2), which stay; nothing was created for those after them." +
        ' To go on, call again with the idempotency key "k" and the same inputs; those from number 1 on, counted from 0, may be corrected first.',
    );
  });

  it("counts nothing where nothing was created", () => {
    expect(errorOf(0)).toMatch(
      /and nothing was changed\..* To go on, call again with the idempotency key "k" and the same inputs, which may be corrected first\.$/,
    );
    expect(errorOf(0)).not.toContain("first 0");
  });

  it("lets nothing be corrected that may exist already", () => {
    for (const inputs of [0, 3]) expect(errorOf(inputs, "outcome_unknown")).not.toContain("corrected");
  });

  it.each(["invalid_input", "idempotency_key_reused", "aborted"] as const)("nor on the screen: %s", (code) => {
    const createdSoFar = { idempotencyKey: "k", inputs: 3, slots: 3 };
    const error = new BookingError(code, { createdSoFar, issues: [], idempotencyKey: "k" } as never);
    for (const text of texts(error)) expect(text).not.toMatch(/nothing was (changed|done)/i);
  });
});
