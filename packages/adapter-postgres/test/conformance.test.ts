import { describeConformance } from "@slotwright/conformance";
import { afterAll, beforeAll, describe, inject, it } from "vitest";
import { describeOnServer } from "./on-server.ts";
import { lendStores } from "./postgres-harness.ts";

describeOnServer("on a real server", (url) => {
  let stores: ReturnType<typeof lendStores>;
  beforeAll(() => {
    stores = lendStores(url());
  });
  afterAll(() => stores.end());
  // With --all, 10 sequences of 100 commands: a thousand steps.
  describeConformance(
    { describe, it },
    { name: "postgresAdapter", open: () => stores.open(), propertyRuns: Math.ceil(10 * inject("shareOfPlays")) },
  );
});
