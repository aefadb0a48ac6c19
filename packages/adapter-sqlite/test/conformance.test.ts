import { describeConformance } from "@slotwright/conformance";
import { describe, it } from "vitest";
import { openSqliteStore } from "./sqlite-harness.ts";

// 30 sequences of 100 commands each, instead of 100 such sequences, to save time.
describeConformance({ describe, it }, { name: "sqliteAdapter", open: openSqliteStore, propertyRuns: 30 });
