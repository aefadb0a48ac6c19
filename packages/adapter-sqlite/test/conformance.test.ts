import { describeConformance } from "@slotwright/conformance";
import { describe, it } from "vitest";
import { openSqliteStore } from "./sqlite-harness.ts";

// 30 sequences of 100 commands each, in place of 100, to save time.
describeConformance({ describe, it }, { name: "sqliteAdapter", open: openSqliteStore, propertyRuns: 30 });
