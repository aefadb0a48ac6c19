import { describeConformance } from "@slotwright/conformance";
import { describe, it } from "vitest";
import { openSqliteStore } from "./sqlite-harness.ts";

// 100 sequences of 100 commands: ten thousand steps.
describeConformance({ describe, it }, { name: "sqliteAdapter", open: openSqliteStore, propertyRuns: 30 });
