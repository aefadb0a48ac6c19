import { expect, it } from "vitest";
import { createEngine } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";

it("the entry of each slot of a call says what that slot has, and no other one", async () => {
  const engine = createEngine({ storage: memoryAdapter() });
  const at = (hour: number) => ({ start: `2027-03-01T0${hour}:00:00Z`, end: `2027-03-01T0${hour}:30:00Z` });
  const { slots } = await engine.createSlots({
    ...{ actor: { kind: "test", id: "t" }, providerId: "provider", facilityId: "facility" },
    slots: [
      { ...at(1), metadata: { room: "a" } },
      { ...at(2), capacity: 2 },
      { ...at(3), metadata: { room: "b" } },
      at(4),
    ],
  });
  for (const slot of slots) {
    const { items } = await engine.history({ slotId: slot.id });
    const { id, kind, version, createdAt, updatedAt, ...fields } = JSON.parse(JSON.stringify(slot));
    const changes = Object.entries(fields).map(([name, to]) => [name, { to }]);
    expect(items.map((entry) => Object.entries(entry.changes))).toEqual([changes]);
  }
});
