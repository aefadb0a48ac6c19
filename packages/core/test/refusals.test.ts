import { describe, expect, it } from "vitest";
import { askFor, minutes, place, provider, publishOne, refusal } from "../src/conformance/fixtures.ts";
import { createEngine, type StorageAdapter } from "../src/index.ts";
import { createMemoryDatabase, memoryAdapter } from "../src/memory/index.ts";

/** A storage on which something else happens just before the first search. */
function meanwhile(storage: StorageAdapter, happens: () => Promise<unknown>): StorageAdapter {
  let happened = false;
  return {
    ...storage,
    async findSlots(query) {
      if (!happened) {
        happened = true;
        await happens();
      }
      return storage.findSlots(query);
    },
  };
}

function stage() {
  const storage = memoryAdapter({ database: createMemoryDatabase() });
  return { storage, engine: createEngine({ storage }) };
}

describe("a refusal that rests on several reads", () => {
  it("of an accept says what became of the appointment, not of the slot that it went to in the meantime", async () => {
    const { storage, engine } = stage();
    const { id } = await askFor(engine, minutes(0), minutes(30));
    const slot = await publishOne(engine);
    const accept = { actor: provider, appointmentId: id };
    const late = meanwhile(storage, () => engine.accept({ ...accept, slotId: slot.id }));
    const { details } = await refusal(createEngine({ storage: late }).accept(accept), "invalid_transition");
    expect(details).toMatchObject({ id, from: "confirmed" });
  });

  it("is given at once where nothing happened in between", async () => {
    const { storage, engine } = stage();
    await publishOne(engine);
    let loads = 0;
    const counted: StorageAdapter = {
      ...storage,
      load(keys) {
        loads += 1;
        return storage.load(keys);
      },
    };
    const slots = [{ start: minutes(10), end: minutes(20) }];
    await refusal(createEngine({ storage: counted }).createSlots({ actor: provider, ...place, slots }), "slot_overlap");
    expect(loads).toBe(2);
  });
});
