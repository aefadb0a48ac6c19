import { describeConformance } from "@slotwright/conformance";
import { describe, inject, it } from "vitest";
import { describeOnEachServer } from "./each-server.ts";
import { openMysqlStore } from "./mysql-harness.ts";

describeOnEachServer("the suite for adapters", (server) => {
  const name = `mysqlAdapter on ${server.version}`;
  describeConformance(
    { describe, it },
    { name, open: () => openMysqlStore(server), propertyRuns: Math.ceil(4 * inject("shareOfPlays")) },
  );
});
