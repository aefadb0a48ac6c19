import { askFor, minutes, patient, place, provider, publish } from "@slotwright/conformance/fixtures";
import { describe, expect, it } from "vitest";
import { createEngine, type Engine } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";

/** The seats that callers with different keys get of a group slot on which every seat is free. */
async function seatsChosen(choose: (engine: Engine, idempotencyKey: string) => Promise<{ slots: readonly object[] }>) {
  const seats = Array.from({ length: 24 }, async (_, caller) => {
    let made = 0;
    const newId = () => `id-${String(made++).padStart(3, "0")}`;
    const { slots } = await choose(createEngine({ storage: memoryAdapter(), newId }), `caller-${caller}`);
    return (slots as readonly { seat: number }[])[0]?.seat;
  });
  return new Set(await Promise.all(seats));
}

describe("callers who want the same time of a group slot", () => {
  it("spread over its seats where they book", async () => {
    const seats = await seatsChosen(async (engine, idempotencyKey) => {
      await publish(engine, 1, 6);
      const wanted = { ...place, start: minutes(0), end: minutes(30) };
      return engine.book({ actor: patient, subjectId: "p-1", ...wanted, idempotencyKey });
    });
    expect(seats.size).toBeGreaterThanOrEqual(4);
  });

  it("spread over its seats where they accept", async () => {
    const seats = await seatsChosen(async (engine, idempotencyKey) => {
      const { id } = await askFor(engine, minutes(0), minutes(30));
      await publish(engine, 1, 6);
      return engine.accept({ actor: provider, appointmentId: id, idempotencyKey });
    });
    expect(seats.size).toBeGreaterThanOrEqual(4);
  });
});
