import { describe, it } from "vitest";
import { describeConformance } from "../src/index.ts";
import { memoryGaps, openMemoryStore } from "../src/memory-store.ts";

describeConformance(
  { describe, it },
  {
    name: "memoryAdapter",
    open: openMemoryStore as never,
    // 100 sequences of 100 commands: ten thousand steps.
    propertyRuns: 100,
    knownGaps: memoryGaps,
  },
);
