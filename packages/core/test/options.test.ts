import { describe, expect, it } from "vitest";
import { type AccessRequest, createEngine, type Proposal, StorageError } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import { failingStorage } from "./failing-storage.ts";

const actor = { kind: "patient", id: "p-1" };
const place = { providerId: "dr", facilityId: "f" };
const slots = [{ start: "2026-03-02T09:00:00Z", end: "2026-03-02T09:30:00Z" }];

describe("the options of an engine", () => {
  it.each([
    [{ overlapScope: "Facility" }, /overlapScope: must be "facility" or "provider"/],
    [{ retry: { budgetMs: -1 } }, /budgetMs: must not be negative/],
    [{ retry: { maxPauseMs: "5" } }, /maxPauseMs: must be a number/],
  ])("are refused where they make no sense: %j", (options, message) => {
    expect(() => createEngine({ storage: memoryAdapter(), ...(options as object) })).toThrow(message);
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
    const asked: AccessRequest[] = [];
    const authorize = (request: AccessRequest) => {
      asked.push(request);
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
