import { runInThisContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { describeConformance } from "../../src/index.ts";
import { memoryGaps, openMemoryStore } from "../../src/memory-store.ts";

describe("this file", () => {
  it("runs in a realm of its own", () => {
    expect(runInThisContext("Date")).not.toBe(Date);
    expect(structuredClone(new Date(0))).not.toBeInstanceOf(Date);
  });
});

describeConformance(
  { describe, it },
  { name: "memoryAdapter in a vm context", open: openMemoryStore as never, propertyRuns: 2, knownGaps: memoryGaps },
);
