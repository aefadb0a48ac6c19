import { describe, it } from "vitest";
import { describeConformance } from "../src/conformance/index.ts";
import { openMemoryStore } from "./memory-harness.ts";

describeConformance(
  { describe, it },
  {
    name: "memoryAdapter",
    open: openMemoryStore as never,
    // 100 sequences of 100 commands: ten thousand steps.
    propertyRuns: 100,
    // It has no guards of its own: nobody writes to it by hand.
    knownGaps: [
      "contract.commit-names-guard",
      "contract.commit-neighbours-of-refused",
      "contract.commit-keeps-booked-by-hand",
    ],
  },
);
