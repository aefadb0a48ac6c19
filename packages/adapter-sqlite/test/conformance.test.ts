import { describeConformance } from "@slotwright/conformance";
import { describe, inject, it } from "vitest";
import { openSqliteStore } from "./sqlite-harness.ts";

describeConformance(
  { describe, it },
  { name: "sqliteAdapter", open: openSqliteStore, propertyRuns: Math.ceil(30 * inject("shareOfPlays")) },
);
