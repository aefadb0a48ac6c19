import { describeConformance } from "@slotwright/conformance";
import { testServer } from "@slotwright/test-servers/vitest";
import { afterAll, describe, it } from "vitest";
import { knownGaps, storesOn } from "./harness.ts";

const server = await testServer("postgres");

describe.skipIf(server === undefined)("on a real server", async () => {
  const database = await server?.createDatabase();
  const { open, close } = storesOn(database?.url ?? "");
  afterAll(async () => {
    await close();
    await database?.drop();
  });
  describeConformance({ describe, it }, { name: "jsonAdapter", open, knownGaps, propertyRuns: 5 });
});
