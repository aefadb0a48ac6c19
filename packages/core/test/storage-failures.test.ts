import { manualClock } from "@slotwright/conformance/fixtures";
import { describe, expect, it } from "vitest";
import { StorageError, type StorageFailure } from "../src/adapter/index.ts";
import { type BookingError, createEngine, type StorageAdapter } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import { type Fate, failingStorage } from "./failing-storage.ts";

const actor = { kind: "patient", id: "p-1" };
const failure = (kind: StorageFailure) => new StorageError(kind, `the test's ${kind}`, new Error("driver"));

type FateOf = (method: string, call: number) => Fate;

/** An engine with one published slot, whose storage fails from then on as told. */
async function stage(fateOf: FateOf) {
  const memory = memoryAdapter();
  const sound = createEngine({ storage: memory });
  const slots = [{ start: "2026-03-02T09:00:00Z", end: "2026-03-02T09:30:00Z" }];
  const created = await sound.createSlots({ actor, providerId: "dr", facilityId: "f", slots });
  const slotId = created.slots[0]?.id ?? "";
  const engine = createEngine({ storage: failingStorage(memory, fateOf), clock: manualClock(), random: () => 0.5 });
  return { engine, sound, slotId, want: { actor, slotId, subjectId: "p-1" } };
}

/** The first commit takes effect, but its answer is lost, and the database stays away from then on. */
function lostForGood(): FateOf {
  let isAway = false;
  return (method) => {
    if (isAway) return { before: failure("unavailable") };
    isAway = method === "commit";
    return isAway ? { after: failure("unknown") } : undefined;
  };
}

const refusalOf = (promise: Promise<unknown>): Promise<BookingError> =>
  promise.then(
    () => {
      throw new Error("it succeeded");
    },
    (error: BookingError) => error,
  );

describe("a failing storage", () => {
  it("is tried again after a transient failure, and the caller notices nothing", async () => {
    const { engine, want } = await stage((method, call) =>
      method === "commit" && call < 4 ? { before: failure("transient") } : undefined,
    );
    expect((await engine.book(want)).appointment.status).toBe("confirmed");
  });

  it("says in the message and in the details what is wrong with the pool, where that made it busy", async () => {
    const problem = "All 10 connections of the pool are in use.";
    const { engine, want } = await stage(() => ({
      before: new StorageError("transient", "database on a host", undefined, problem),
    }));
    for (const call of [engine.book(want), engine.getSlot("any")]) {
      const { code, message, details } = await refusalOf(call);
      expect({ code, details }).toMatchObject({ code: "storage_busy", details: { problem } });
      expect(message).toMatch(
        /nothing was changed\. All 10 connections of the pool are in use\. Send the same request/,
      );
      expect(message).not.toContain("host");
    }
  });

  it("answers storage_busy when it stays busy for the whole budget, and nothing was changed", async () => {
    const { engine, sound, want, slotId } = await stage((method) =>
      method === "commit" ? { before: failure("transient") } : undefined,
    );
    const error = await refusalOf(engine.book(want));
    expect([error.code, error.transient, error.status]).toEqual(["storage_busy", true, 503]);
    expect((error.cause as StorageError).failure).toBe("transient");
    expect((await sound.getSlot(slotId)).version).toBe(1);
  });

  it("looks an unknown outcome up and returns the stored result where the commit had taken effect", async () => {
    const { engine, sound, want, slotId } = await stage((method, call) =>
      method === "commit" && call === 1 ? { after: failure("unknown") } : undefined,
    );
    const { appointment, slots } = await engine.book(want);
    expect(await sound.getAppointment(appointment.id)).toEqual(appointment);
    expect([await sound.getSlot(slotId)]).toEqual(slots);
  });

  it("runs the command again where an unknown outcome turns out not to have taken effect", async () => {
    const { engine, sound, want } = await stage((method, call) =>
      method === "commit" && call === 1 ? { before: failure("unknown") } : undefined,
    );
    const { appointment } = await engine.book(want);
    expect((await sound.getAppointment(appointment.id)).version).toBe(1);
  });

  it("recognises its own work where the lost commit takes effect after it was looked up", async () => {
    const memory = memoryAdapter();
    const sound = createEngine({ storage: memory });
    const slots = [{ start: "2026-03-02T09:00:00Z", end: "2026-03-02T09:30:00Z" }];
    const created = await sound.createSlots({ actor, providerId: "dr", facilityId: "f", slots });
    let late: (() => Promise<unknown>) | undefined;
    const storage: StorageAdapter = {
      ...memory,
      async load(keys) {
        const records = await memory.load(keys);
        if (keys[0]?.kind === "command") await late?.();
        return records;
      },
      async commit(transitions) {
        if (late !== undefined) return memory.commit(transitions);
        late = () => memory.commit(transitions);
        throw failure("unknown");
      },
    };
    const engine = createEngine({ storage, clock: manualClock() });
    const { appointment } = await engine.book({ actor, slotId: created.slots[0]?.id ?? "", subjectId: "p-1" });
    expect((await sound.listAppointments({})).items).toEqual([appointment]);
  });

  it("answers outcome_unknown with the key to retry with when the database stays away, and the retry settles it", async () => {
    const { engine, sound, want } = await stage(lostForGood());
    const error = await refusalOf(engine.book({ ...want, idempotencyKey: "k-1" }));
    expect([error.code, error.details]).toEqual(["outcome_unknown", { idempotencyKey: "k-1" }]);
    const { appointment } = await sound.book({ ...want, idempotencyKey: "k-1" });
    expect((await sound.listAppointments({})).items).toEqual([appointment]);
  });

  it("tells a caller without a key the one to repeat the request with, and that settles it", async () => {
    const { engine, sound, want } = await stage(lostForGood());
    const { details } = await refusalOf(engine.book(want));
    const { appointment } = await sound.book({ ...want, ...(details as { idempotencyKey: string }) });
    expect((await sound.listAppointments({})).items).toEqual([appointment]);
  });

  it.each([
    ["transient", "stays busy"],
    ["unavailable", "cannot be used"],
  ] as const)(
    "never says that nothing was changed while a lost commit may still land: the database %s, it %s",
    async (kind, _how) => {
      const { engine, want } = await stage((method, call) => {
        if (method !== "commit") return undefined;
        return { before: failure(call === 1 ? "unknown" : kind) };
      });
      const error = await refusalOf(engine.book(want));
      expect(error.code).toBe("outcome_unknown");
      expect(error.message).toContain((error.details as { idempotencyKey: string }).idempotencyKey);
    },
  );

  it.each([
    ["unavailable", "storage_unavailable"],
    ["read_only", "storage_read_only"],
    ["schema_outdated", "schema_outdated"],
    ["schema_too_new", "schema_too_new"],
  ] as const)("answers %s with %s at once, with the cause, on reads and writes", async (kind, code) => {
    const { engine, want, slotId } = await stage(() => ({ before: failure(kind) }));
    for (const call of [engine.book(want), engine.getSlot(slotId), engine.listSlots({}), engine.checkSync(slotId)]) {
      const error = await refusalOf(call);
      expect(error.code).toBe(code);
      expect((error.cause as StorageError).message).toContain(`the test's ${kind}`);
      expect((error.cause as StorageError).failure).toBe(kind);
    }
  });

  it("retries reads whose connection was lost", async () => {
    const { engine, slotId } = await stage((method, call) =>
      method === "load" && call < 3 ? { before: failure("unknown") } : undefined,
    );
    expect((await engine.getSlot(slotId)).id).toBe(slotId);
  });

  it("is not tried again within the host's transaction, which only the host can repeat", async () => {
    for (const kind of ["transient", "unknown"] as const) {
      const memory = memoryAdapter();
      let calls = 0;
      const { transaction } = await memory.begin();
      const failing = failingStorage(memory.within(transaction), () => {
        calls += 1;
        return { before: failure(kind) };
      });
      const engine = createEngine({ storage: { ...memory, within: () => failing } }).within(transaction);
      const code = kind === "transient" ? "storage_busy" : "storage_unavailable";
      const error = await refusalOf(engine.block({ actor, slotId: "s" }));
      expect(error.code).toBe(code);
      if (kind === "transient") expect(error.message).toContain("run all of it again");
      expect((await refusalOf(engine.getSlot("s"))).code).toBe(code);
      expect(calls).toBe(2);
    }
  });

  it("does not hide a programming error behind a booking error", async () => {
    const { engine, want } = await stage((method) =>
      method === "commit" ? { before: new TypeError("bug") } : undefined,
    );
    await expect(engine.book(want)).rejects.toThrow(TypeError);
  });

  it("decides again after the database's own guard said no, and names the guard if it says so twice", async () => {
    const memory = memoryAdapter();
    let asked = 0;
    const guarded = {
      ...memory,
      commit: async () => {
        asked += 1;
        return [{ status: "refused", guard: "no_overlap" }] as const;
      },
    };
    const slots = [{ start: "2026-03-02T09:00:00Z", end: "2026-03-02T09:30:00Z" }];
    const engine = createEngine({ storage: guarded, clock: manualClock() });
    const error = await refusalOf(engine.createSlots({ actor, providerId: "dr", facilityId: "f", slots }));
    expect([error.code, asked]).toEqual(["invalid_transition", 2]);
    expect(error.message).toContain("no_overlap");
    expect(error.message).toContain("checkSync");
  });
});
