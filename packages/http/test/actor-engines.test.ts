import { createEngine } from "@slotwright/core";
import { memoryAdapter } from "@slotwright/core/memory";
import { expect, it } from "vitest";
import { engineOfEachActor } from "../src/actor-engines.ts";

const engine = createEngine({ storage: memoryAdapter() });
const ada = { kind: "patient", id: "ada" };

it("gives everybody an engine of their own, and the same one again", async () => {
  const engineOf = engineOfEachActor(engine);
  const others = [
    { kind: "patient", id: "ben" },
    { kind: "staff", id: "ada" },
  ];
  const all = [ada, ...others].map(engineOf);
  expect(new Set(all).size).toBe(3);
  for (const [index, actor] of [{ ...ada }, ...others].entries()) expect(engineOf(actor)).toBe(all[index]);
  const times = { start: "2027-03-22T09:00:00Z", end: "2027-03-22T09:30:00Z" };
  const { slots } = await engineOf({ kind: "staff", id: "ada" }).createSlots({
    ...{ providerId: "dr", facilityId: "north" },
    slots: [times],
  });
  const { items } = await engine.history({ slotId: slots[0]?.id ?? "" });
  expect(items.map(({ actor }) => actor)).toEqual([{ kind: "staff", id: "ada" }]);
});

it("forgets those who have not asked for a while, so that strangers do not fill the memory", () => {
  const engineOf = engineOfEachActor(engine);
  const [first, busy] = [engineOf(ada), engineOf({ kind: "patient", id: "busy" })];
  for (let stranger = 0; stranger < 1_100; stranger += 1) {
    engineOf({ kind: "patient", id: `${stranger}` });
    expect(engineOf({ kind: "patient", id: "busy" })).toBe(busy);
  }
  expect(engineOf(ada)).not.toBe(first);
});

it("refuses an actor who is none as a mistake of the host, every time", () => {
  const engineOf = engineOfEachActor(engine);
  for (const actor of [
    { kind: "", id: "" },
    { kind: "", id: "" },
    { kind: "patient", id: "ada", more: 1 },
  ]) {
    expect(() => engineOf(actor)).toThrow("The server failed");
  }
});
