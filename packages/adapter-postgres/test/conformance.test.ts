import { describeConformance } from "@slotwright/conformance";
import { describe, it } from "vitest";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore } from "./postgres-harness.ts";

describeOnServer("on a real server", (url) => {
  const open = () => openPostgresStore(url());
  // 10 sequences of 100 commands: a thousand steps.
  describeConformance({ describe, it }, { name: "postgresAdapter", open, propertyRuns: 10 });
});
