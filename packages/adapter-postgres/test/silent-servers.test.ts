import { createEngine } from "@slotwright/core";
import { type FaultProxy, startProxy } from "@slotwright/test-servers/proxy";
import { Client } from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";

const key = { kind: "slot", id: "x" } as const;

/** Ways to one server, each of which can fall silent, stand for several servers. */
describeOnServer("a URL of several servers", (server) => {
  let ways: readonly FaultProxy[];
  const urlOf = (servers: readonly FaultProxy[]) => {
    const all = new URL(server());
    const hosts = servers.map((way) => new URL(way.url(server())).host);
    return all.href.replace(all.host, hosts.join());
  };
  const onServer = async (statement: string) => {
    const client = new Client({ connectionString: server() });
    await client.connect();
    await client.query(
      `begin; set local transaction read write; do $$ begin execute format('${statement}', current_database()); end $$; commit`,
    );
    await client.end();
  };

  beforeEach(async () => {
    ways = await Promise.all([1, 2, 3].map(() => startProxy({ engine: "postgres", url: server() })));
  });
  afterEach(() => Promise.all(ways.map((way) => way.close())));

  const silence = (...servers: readonly FaultProxy[]) => {
    for (const way of servers) way.pause();
  };

  it("is unavailable, and not busy, if all three are silent: each is waited for once", async () => {
    silence(...ways);
    const storage = postgresAdapter({ connectionString: urlOf(ways) });
    const engine = createEngine({ storage: storage as never });
    const [read] = await Promise.all([
      storage.load([key]).catch((error: unknown) => error),
      expect(engine.getSlot("x")).rejects.toMatchObject({ code: "storage_unavailable" }),
    ]);
    const message = expect.stringMatching(/No server .* answers.*hosts and ports/);
    expect(read).toMatchObject({ failure: "unavailable", message });
    await storage.close();
    await expect.poll(() => ways.map((way) => way.connections())).toEqual([0, 0, 0]);
  });

  it("is busy, and not unavailable, while one of two is silent and the other takes no writes, whichever a call had to wait for", async () => {
    const [first, second] = ways as [FaultProxy, FaultProxy];
    const storage = postgresAdapter({ connectionString: urlOf([first, second]) });
    const held = await Promise.all(Array.from({ length: 8 }, () => storage.begin()));
    try {
      await onServer("alter database %I set default_transaction_read_only = on");
      silence(first);
      // Two of them wait for the two sessions that the pool has left.
      const calls = Array.from({ length: 4 }, () => storage.load([key]).catch((error: unknown) => error));
      const busy = { failure: "transient", message: expect.stringMatching(/takes writes/) };
      expect(await Promise.all(calls)).toEqual(calls.map(() => expect.objectContaining(busy)));
    } finally {
      first.resume();
      await onServer("alter database %I reset default_transaction_read_only");
    }
    await Promise.all(held.map(({ rollback }) => rollback()));
    await storage.close();
  });

  it("keeps a call waiting no longer than its budget, although idle sessions are given up and none opens in their place", async () => {
    const [first, second] = ways as [FaultProxy, FaultProxy];
    const storage = postgresAdapter({ connectionString: `${urlOf([first, second])}?query_timeout=500` });
    await storage.migrate();
    const begun = await Promise.all(Array.from({ length: 4 }, () => storage.begin()));
    await Promise.all(begun.map(({ rollback }) => rollback()));
    const engine = createEngine({ storage: storage as never, retry: { budgetMs: 1_000 } });
    silence(first, second);
    const started = performance.now();
    await expect(engine.getSlot("x")).rejects.toMatchObject({ code: "storage_busy" });
    expect(performance.now() - started).toBeLessThan(1_500);
    await storage.close();
  });
});
