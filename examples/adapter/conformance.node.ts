import { after, describe, it } from "node:test";
import { describeConformance } from "@slotwright/conformance";
import { knownGaps, storesOn } from "./harness.ts";

// Run with `DATABASE_URL=… node --test adapter/conformance.node.ts`.
const { open, close } = storesOn(process.env.DATABASE_URL ?? "postgres://localhost/test");
after(close);
describeConformance({ describe, it }, { name: "jsonAdapter", open, knownGaps, propertyRuns: 1 });
