import { booking, creation, slotAt } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core/adapter";
import { Pool, type PoolClient } from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type PostgresPool, postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-harness.ts";

/** A server takes no more sessions after the one that has found the command. */
describeOnServer("when a command was found and cannot be confirmed", (url) => {
  const [slot, other] = [slotAt(0), slotAt(60)];
  let store: PostgresStore;
  let storage: StorageAdapter;
  let closed: Pool;
  let full: Pool;
  let held: PoolClient;
  let left: number;
  let next: Pool;
  const limited = {
    on: () => {},
    connect: () => {
      left -= 1;
      return (left >= 0 ? store.pool : next).connect();
    },
  } as unknown as PostgresPool;

  beforeEach(async () => {
    store = await openPostgresStore(url());
    closed = new Pool({ connectionString: "postgres://u@127.0.0.1:1/x" });
    full = new Pool({ connectionString: url(), max: 1 });
    held = await full.connect();
    full.options.connectionTimeoutMillis = 50;
    left = Number.POSITIVE_INFINITY;
    storage = postgresAdapter({ pool: limited, schema: store.schema });
    expect(await storage.commit([creation(slot, other)])).toEqual([{ status: "committed" }]);
    await storage.commit([booking(slot)]);
  });
  afterEach(async () => {
    held.release();
    await Promise.all([closed.end(), full.end()]);
    await store.close();
  });

  const command = { kind: "command", id: booking(slot).command.id } as const;
  const causes: [string, string, () => Pool][] = [
    ["its server is gone", "unavailable", () => closed],
    ["no session becomes free", "transient", () => full],
  ];

  it.each(causes)("no call says that nothing was changed, if %s", async (_why, failure, pool) => {
    next = pool();
    const calls = [
      () => storage.load([command]),
      () => storage.loadAround([command], []),
      () => storage.commit([booking(slot)]),
    ];
    for (const call of calls) {
      left = 0;
      await expect(call()).rejects.toMatchObject({ failure });
      left = 1;
      await expect(call()).rejects.toMatchObject({ failure: "unknown", cause: { failure } });
    }
  });

  it.each(causes)("another one of its batch is committed, and told so, if %s", async (_why, _failure, pool) => {
    next = pool();
    left = 1;
    expect(await storage.commit([booking(slot), booking(other)])).toMatchObject([
      { status: "busy" },
      { status: "committed" },
    ]);
    left = Number.POSITIVE_INFINITY;
    expect(await storage.load([{ kind: "slot", id: other.id }])).toMatchObject([{ status: "booked" }]);
  });
});
