import { readFileSync } from "node:fs";
import { callsAsLimitedRole, fillPlanStage } from "@slotwright/adapter-sql/conformance";
import type { StorageAdapter } from "@slotwright/core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-harness.ts";

const guide = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");
const grants = guide.split("\n").filter((line) => /^GRANT .* TO booking_app;$/.test(line));

describeOnServer("a role", (url) => {
  let store: PostgresStore;
  beforeEach(async () => {
    store = await openPostgresStore(url());
  });
  afterEach(() => store.close());

  it("with the privileges that the guide names can make every call", async () => {
    await fillPlanStage(store.storage);
    const role = `documented_${process.pid}`;
    await store.pool.query(`create role ${role} login password 'secret'`);
    await store.pool.query(`revoke execute on all functions in schema "${store.schema}" from public`);
    expect(grants.length).toBeGreaterThan(4);
    for (const grant of grants) {
      const here = grant.replaceAll("slotwright_", `${store.schema}.slotwright_`).replace("public", store.schema);
      await store.pool.query(here.replace("booking_app", role));
    }
    const limited = new URL(url());
    [limited.username, limited.password] = [role, "secret"];
    const storage = postgresAdapter({ connectionString: limited.href, schema: store.schema }) as StorageAdapter<never>;
    try {
      await callsAsLimitedRole(storage);
    } finally {
      await storage.close();
      await store.pool.query(`drop owned by ${role}; drop role ${role}`);
    }
  });
});
