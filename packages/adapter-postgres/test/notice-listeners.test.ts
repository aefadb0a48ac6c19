import { EventEmitter } from "node:events";
import type { TestServer } from "@slotwright/test-servers";
import { testServer } from "@slotwright/test-servers/vitest";
import { Pool, type PoolClient } from "pg";
import { describe, expect, it } from "vitest";
import { postgresAdapter } from "../src/index.ts";

const server = await testServer("postgres");

describe.skipIf(server === undefined)("a pool that lends its clients in wrappers", () => {
  it("is left without listeners of the adapter, however often it lends", async () => {
    const { url, drop } = await (server as TestServer).createDatabase();
    const real = new Pool({ connectionString: url, max: 1 });
    // The database may be dropped while a client is still taking its leave.
    real.on("error", () => {});
    const lent = new Set<PoolClient>();
    // As tracers do: another object each time.
    const pool = Object.assign(new EventEmitter(), {
      async connect() {
        const client = await real.connect();
        lent.add(client);
        return new Proxy(client, {
          get: (target, name) => {
            const value = Reflect.get(target, name) as unknown;
            return typeof value === "function" ? value.bind(target) : value;
          },
        });
      },
    });
    const storage = postgresAdapter({ pool: pool as never });
    await storage.migrate();
    for (let call = 0; call < 12; call++) await storage.load([{ kind: "slot", id: "absent" }]);
    expect(lent.size).toBeGreaterThan(0);
    for (const client of lent) expect(client.listenerCount("notice")).toBe(0);
    await storage.close();
    await real.end();
    await drop();
  });
});
