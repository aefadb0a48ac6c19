import { readFileSync } from "node:fs";
import { callsAsLimitedRole, fillPlanStage } from "@slotwright/adapter-sql/conformance";
import type { StorageAdapter } from "@slotwright/core";
import { createConnection } from "mysql2/promise";
import { afterEach, beforeEach, expect, it } from "vitest";
import { mysqlAdapter } from "../src/index.ts";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore } from "./mysql-harness.ts";

const guide = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");
const grants = guide.split("\n").filter((line) => /^GRANT .* ON (PROCEDURE )?bookings\.slotwright_/.test(line));

describeOnEachServer("a role", (server) => {
  let store: MysqlStore;
  beforeEach(async () => {
    store = await openMysqlStore(server);
  });
  afterEach(() => store.close());

  it("with the privileges that the guide names one by one can make every call", async () => {
    await fillPlanStage(store.storage);
    const url = new URL(store.url);
    const [database, role] = [url.pathname.slice(1), `role_${url.pathname.slice(-8)}`];
    const admin = await createConnection(store.url);
    await admin.query(`create user ${role} identified by 'secret-password'`);
    expect(grants.length).toBeGreaterThan(8);
    for (const grant of grants) {
      await admin.query(grant.replaceAll("bookings.", `${database}.`).replace("'booking_app'@'%'", role));
    }
    [url.username, url.password] = [role, "secret-password"];
    const storage = mysqlAdapter({ uri: url.href }) as StorageAdapter<never>;
    try {
      await callsAsLimitedRole(storage);
    } finally {
      await storage.close();
      await admin.query(`drop user ${role}`);
      await admin.end();
    }
  });
});
