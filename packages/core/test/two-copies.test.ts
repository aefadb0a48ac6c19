import { manualClock, patient, publish } from "@slotwright/conformance/fixtures";
import { describe, expect, it } from "vitest";
import * as adapter from "../src/adapter/index.ts";
import * as main from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import { failingStorage } from "./failing-storage.ts";
import { secondCopyOfCore } from "./second-copy.ts";

const core = { ...main, ...adapter };

/** An engine of one copy on an adapter whose errors are the other's. */
async function stage(failures: readonly adapter.StorageFailure[]) {
  const copy = await secondCopyOfCore();
  const left = [...failures];
  const storage = failingStorage(memoryAdapter(), (method) => {
    const failure = method === "commit" ? left.shift() : undefined;
    return failure === undefined ? {} : { before: new copy.StorageError(failure, "Said by the other copy.") };
  });
  return { copy, storage };
}

describe("two copies of the core in one process", () => {
  it("are two: no class of the one is a class of the other", async () => {
    const copy = await secondCopyOfCore();
    expect(copy.StorageError).not.toBe(core.StorageError);
    expect(new copy.StorageError("transient", "")).not.toBeInstanceOf(core.StorageError);
  });

  it("recognise each other's errors, by code and failure as well", async () => {
    const copy = await secondCopyOfCore();
    for (const [maker, asked] of [
      [core, copy],
      [copy, core],
    ] as const) {
      const booking = new maker.BookingError("slot_booked", { slotId: "s" });
      const storage = new maker.StorageError("read_only", "a replica");
      expect([asked.isBookingError(booking), asked.isBookingError(booking, "slot_booked")]).toEqual([true, true]);
      expect([asked.isBookingError(booking, "slot_held"), asked.isStorageError(booking)]).toEqual([false, false]);
      expect([asked.isStorageError(storage), asked.isStorageError(storage, "read_only")]).toEqual([true, true]);
      expect([asked.isStorageError(storage, "unknown"), asked.isBookingError(storage)]).toEqual([false, false]);
    }
    for (const other of [undefined, null, "BookingError", new Error("x"), { name: "StorageError" }])
      expect([core.isBookingError(other), core.isStorageError(other)]).toEqual([false, false]);
  });

  it("retry what the other's adapter calls transient, and settle what it calls unknown", async () => {
    const { storage } = await stage(["transient", "unknown", "transient"]);
    const engine = core.createEngine({ storage, clock: manualClock() });
    const [slot] = await publish(engine);
    const booked = await engine.book({ actor: patient, slotId: slot?.id ?? "", subjectId: "p-1" });
    expect(booked.slots).toMatchObject([{ id: slot?.id, status: "booked" }]);
  });

  it.each([
    ["schema_outdated", "schema_outdated"],
    ["read_only", "storage_read_only"],
    ["misused", "storage_misused"],
  ] as const)("answer what the other's adapter calls %s with %s, never with a raw error", async (failure, code) => {
    const { storage } = await stage([failure]);
    const error = await publish(core.createEngine({ storage })).catch((thrown: unknown) => thrown);
    expect([core.isBookingError(error, code), core.isStorageError((error as Error).cause, failure)]).toEqual([
      true,
      true,
    ]);
  });
});
