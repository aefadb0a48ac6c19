import {
  anyIntent,
  anyPolicies,
  attempt,
  auditStore,
  checkHistory,
  createRecorder,
  emptyWorld,
  policiesNamed,
  scheduledAdapter,
  scheduledClock,
  settleUnknown,
} from "@slotwright/conformance";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEngine } from "../src/index.ts";
import { createMemoryDatabase, memoryAdapter } from "../src/memory/index.ts";

describe("whatever the order in which batches are answered", () => {
  it("one order of the commands explains every answer, and all invariants hold", async () => {
    const commands = fc.array(anyIntent, { minLength: 4, maxLength: 24 });
    const sizes = fc.record({ batchSize: fc.integer({ min: 2, max: 6 }), lanes: fc.integer({ min: 1, max: 3 }) });
    const given = [fc.scheduler(), commands, sizes, anyPolicies] as const;
    const property = fc.asyncProperty(...given, async (scheduler, intents, coalesce, names) => {
      const policies = policiesNamed(names);
      const memory = memoryAdapter({ database: createMemoryDatabase() });
      const clock = scheduledClock(scheduler);
      const recorder = createRecorder({ clock });
      const world = emptyWorld("", names);
      const plain = recorder.by("before", createEngine({ storage: memory, clock, ...policies }));
      for (const start of [0, 6]) {
        const slots = { slot: 0, appointment: 0, start, length: 6, capacity: 2, key: null } as const;
        await attempt({ ...slots, name: "createSlots" }, plain, world);
      }
      const engine = createEngine({ storage: scheduledAdapter(memory, scheduler), clock, coalesce, ...policies });
      const running = intents.map((intent, n) => attempt(intent, recorder.by(`caller ${n}`, engine), world));
      await scheduler.waitFor(Promise.all(running));
      expect(await auditStore(memory)).toEqual([]);
      const verdict = checkHistory(await settleUnknown(recorder.history(), memory), policies);
      expect(verdict.linearizable ? "" : verdict.explanation).toBe("");
    });
    await fc.assert(property, { numRuns: 200 });
  });
});
