import { describe, expect, it } from "vitest";
import { type StorageAdapter, StorageError } from "../src/adapter/index.ts";
import { askPolicy } from "../src/checking/index.ts";
import { type AccessRequest, type CommandRequest, createEngine, type Proposal } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import { failingStorage } from "./failing-storage.ts";

const actor = { kind: "patient", id: "p-1" };
const place = { providerId: "dr", facilityId: "f" };
const slots = [{ start: "2026-03-02T09:00:00Z", end: "2026-03-02T09:30:00Z" }];

function refusalOf(options: unknown): unknown {
  try {
    return createEngine(options as never);
  } catch (error) {
    return error;
  }
}

/** The storage behind methods that need their `this`. */
function onClass(storage: StorageAdapter): StorageAdapter {
  class HostStorage {
    readonly contract = storage.contract;
    readonly inner = storage;
  }
  for (const [name, call] of Object.entries(storage)) {
    if (typeof call !== "function") continue;
    Object.defineProperty(HostStorage.prototype, name, {
      value(this: HostStorage, ...given: unknown[]) {
        return Reflect.apply(call, this.inner, given);
      },
    });
  }
  return new HostStorage() as never;
}

describe("the options of an engine", () => {
  it.each([
    [{ overlapScope: "Facility" }, /overlapScope: must be "facility" or "provider"/],
    [{ retry: { budgetMs: -1 } }, /budgetMs: must not be negative/],
    [{ retry: { maxPauseMs: "5" } }, /maxPauseMs: must be a number/],
  ])("are refused where they make no sense: %j", (options, message) => {
    expect(() => createEngine({ storage: memoryAdapter(), ...(options as object) })).toThrow(message);
  });

  it.each([
    [
      "a misspelt option",
      { overlapscope: "provider" },
      /unknown fields: "overlapscope" \(did you mean overlapScope\?\)/,
    ],
    [
      "a misspelt option of coalesce",
      { coalesce: { batchsize: 1 } },
      /coalesce: has unknown fields: "batchsize" \(did you mean batchSize\?\)/,
    ],
    ["a misspelt option of retry", { retry: { budget: 1 } }, /retry: has unknown fields: "budget"/],
    ["no lanes", { coalesce: { lanes: 0 } }, /coalesce.lanes: must be at least 1/],
    ["a number for coalesce", { coalesce: 32 }, /coalesce: must be an object/],
    ["null for retry", { retry: null }, /retry: must be an object/],
    ["one policy by itself", { policies: { name: "p", check: () => undefined } }, /policies: must be a list/],
    ["a policy that is a function", { policies: [() => undefined] }, /policies.0: must be an object with a name/],
    [
      "a policy without a name",
      { policies: [{ check: () => undefined }] },
      /policies.0: must be an object with a name/,
    ],
    ["an authorization that is a number", { authorize: 1 }, /authorize: must be a function/],
    ["a clock that only tells the time", { clock: { now: () => new Date() } }, /clock: must be an object with now/],
    ["an id", { newId: "id" }, /newId: must be a function/],
    ["a token", { newToken: "token" }, /newToken: must be a function/],
    ["a number", { random: 4 }, /random: must be a function/],
    ["no storage", { storage: undefined }, /storage: must be a storage adapter/],
    ["a storage with nothing in it", { storage: {} }, /storage: must be a storage adapter/],
    ["a function in the place of a storage", { storage: memoryAdapter }, /storage: must be a storage adapter/],
  ])("are refused where they are not what they should be: %s", (_what, options, message) => {
    expect(refusalOf({ storage: memoryAdapter(), ...options })).toMatchObject({
      code: "invalid_input",
      message: expect.stringMatching(message),
    });
  });

  it.each([undefined, null, "storage", memoryAdapter()])("are refused where they are no options at all", (options) => {
    expect(refusalOf(options)).toMatchObject({ code: "invalid_input" });
  });

  it("are refused with an adapter for another version of the contract, and the message says what to update", () => {
    const newer = { ...memoryAdapter(), contract: 2 };
    expect(refusalOf({ storage: newer })).toMatchObject({
      code: "invalid_input",
      message: expect.stringMatching(/storage.contract: is 2, and .* needs 1.*update .*@slotwright\/core/),
    });
  });

  it("take storages, policies and clocks that are instances of classes, and have state of their own", async () => {
    class HostClock {
      readonly #time = "2026-03-02T08:00:00Z";
      now() {
        return new Date(this.#time);
      }
      async sleep() {
        this.now();
      }
    }
    class NotBefore {
      readonly name = "not-before";
      readonly #hour: number;
      constructor(hour: number) {
        this.#hour = hour;
      }
      check({ appointments }: Proposal) {
        return appointments.some(({ start }) => start.getUTCHours() < this.#hour) ? "Too early." : undefined;
      }
    }
    const busyOnce = [{ before: new StorageError("transient", "busy") }];
    const storage = onClass(failingStorage(memoryAdapter(), () => busyOnce.pop()));
    const engine = createEngine({ storage, clock: new HostClock(), policies: [new NotBefore(10)] });
    const later = { start: "2026-03-02T10:00:00Z", end: "2026-03-02T10:30:00Z" };
    const created = await engine.createSlots({ actor, ...place, slots: [...slots, later] });
    const [early, late] = created.slots.map(({ id }) => id) as [string, string];
    const booking = { actor, slotId: early, subjectId: "p-1" };
    await expect(engine.book(booking)).rejects.toMatchObject({ details: { policy: "not-before" } });
    const own = engine.as(actor);
    expect(await own.preview("book", { slotId: early, subjectId: "p-1" })).toMatchObject({ possible: false });
    expect(await own.explain({ slotId: early, subjectId: "p-1" })).toMatchObject({ onOffer: false });
    expect((await own.findOpen({ providerIds: ["dr"], subjectId: "p-1" })).items).toMatchObject([{ slotId: late }]);
    const nine = { start: new Date("2026-03-02T09:00:00Z"), end: new Date("2026-03-02T09:30:00Z") };
    expect(askPolicy(new NotBefore(10), nine)).toMatchObject({ problem: "Too early." });
    await engine.transaction(({ engine: within }) => within.book({ ...booking, slotId: late }));
    expect((await engine.history({ slotId: late })).items).toHaveLength(2);
    expect((await engine.changes({ after: null })).entries).toHaveLength(4);
  });

  it("keep their default where they are given as undefined", async () => {
    let now = 0;
    const sleep = async (ms: number) => {
      now += ms;
    };
    const clock = { now: () => new Date(now), sleep };
    const storage = failingStorage(memoryAdapter(), () => ({ before: new StorageError("transient", "busy") }));
    const retry = { budgetMs: undefined } as never;
    await expect(createEngine({ storage, clock, retry }).getSlot("s")).rejects.toThrow(/stayed busy/);
  });
});

describe("the host's own rules", () => {
  it("authorization is asked first, with the records as they are, so that who may not act learns nothing", async () => {
    const asked: CommandRequest[] = [];
    const authorize = (request: AccessRequest) => {
      if (request.action === "command") asked.push(request);
      if (request.action === "read") return undefined;
      return request.actor.id === "stranger" ? "Only patients of the house may book." : undefined;
    };
    const engine = createEngine({ storage: memoryAdapter(), authorize });
    const created = await engine.createSlots({ actor, ...place, slots });
    const slotId = created.slots[0]?.id ?? "";
    const { appointment } = await engine.book({ actor, slotId, subjectId: "p-1" });
    const stranger = { kind: "patient", id: "stranger" };
    await expect(engine.book({ actor: stranger, slotId, subjectId: "x" })).rejects.toMatchObject({ code: "forbidden" });
    await engine.cancel({ actor, appointmentId: appointment.id, reason: "ill" });
    expect(asked.map(({ command }) => command)).toEqual(["createSlots", "book", "book", "cancel"]);
    expect(asked[2]).toMatchObject({
      actor: stranger,
      slot: { id: slotId, status: "booked" },
      input: { subjectId: "x" },
    });
    expect(asked[3]).toMatchObject({ reason: "ill", slot: null, appointment: { status: "confirmed" } });
  });

  it("a policy or an authorization that throws changes nothing, and its own error passes through as it is", async () => {
    const broken = new TypeError("rules.find is not a function");
    let isBroken = false;
    const fail = () => {
      if (isBroken) throw broken;
      return undefined;
    };
    const storage = memoryAdapter();
    const engines = [
      createEngine({ storage, authorize: fail }),
      createEngine({ storage, policies: [{ name: "broken", check: fail }] }),
    ];
    const created = await engines[0]?.createSlots({ actor, ...place, slots });
    const slotId = created?.slots[0]?.id ?? "";
    isBroken = true;
    for (const engine of engines) {
      await expect(engine.book({ actor, slotId, subjectId: "p-1" })).rejects.toBe(broken);
      expect(await engine.getSlot(slotId)).toMatchObject({ status: "available", version: 1 });
    }
  });

  it("a policy sees the records as they would become, and its name is told", async () => {
    const seen: Proposal[] = [];
    const check = (proposal: Proposal) => {
      seen.push(proposal);
      return proposal.command === "book" ? "Bookings close at noon." : undefined;
    };
    const engine = createEngine({ storage: memoryAdapter(), policies: [{ name: "closing-time", check }] });
    const created = await engine.createSlots({ actor, ...place, slots });
    const slotId = created.slots[0]?.id ?? "";
    await expect(engine.book({ actor, slotId, subjectId: "p" })).rejects.toMatchObject({
      code: "policy_violation",
      details: { policy: "closing-time", problem: "Bookings close at noon." },
    });
    expect(seen[1]).toMatchObject({ slots: [{ status: "booked" }], appointments: [{ status: "confirmed" }] });
    expect((await engine.getSlot(slotId)).version).toBe(1);
  });
});
