import { describe, inject, it } from "vitest";
import { describeConformance } from "../src/index.ts";
import { memoryGaps, openMemoryStore } from "../src/memory-store.ts";

describeConformance(
  { describe, it },
  {
    name: "memoryAdapter",
    open: openMemoryStore as never,
    // With --all, 100 sequences of 100 commands: ten thousand steps.
    propertyRuns: Math.ceil(100 * inject("shareOfPlays")),
    knownGaps: memoryGaps,
  },
);
