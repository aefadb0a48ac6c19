import { describe, it } from "vitest";
import { describeConformance } from "../src/conformance/index.ts";
import { openMemoryStore } from "./memory-harness.ts";

// 100 sequences of 100 commands: ten thousand steps.
describeConformance({ describe, it }, { name: "memoryAdapter", open: openMemoryStore as never, propertyRuns: 100 });
