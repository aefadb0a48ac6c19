import { setTimeout as wait } from "node:timers/promises";
import { slotAt } from "@slotwright/conformance";
import { type FaultProxy, runs, startProxy } from "@slotwright/test-servers/proxy";
import { afterEach, beforeEach, expect, it } from "vitest";
import { mysqlAdapter } from "../src/index.ts";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore } from "./mysql-harness.ts";

const key = { kind: "slot", id: slotAt(0).id } as const;

/** Two ways to one server, each of which can fall silent, stand for two servers. */
describeOnEachServer("a URI of two servers", (server) => {
  let store: MysqlStore;
  let first: FaultProxy;
  let second: FaultProxy;
  const open = (more = "") => {
    const { host } = new URL(second.url(store.url));
    const url = new URL(first.url(store.url));
    return mysqlAdapter({ uri: url.href.replace(url.host, `${url.host},${host}`) + more });
  };

  beforeEach(async () => {
    store = await openMysqlStore(server);
    [first, second] = [await startProxy(server), await startProxy(server)];
  });
  afterEach(async () => {
    await Promise.all([first.close(), second.close()]);
    await store.close();
  });

  it("opens no session after close(), which ends although a call still waits for the first server's answer", async () => {
    const asked = first.inject({ when: runs(/read_only/), point: "before-forward", action: "swallow" });
    const storage = open();
    const call = storage.load([key]).catch((error: unknown) => error);
    await asked.whenHit;
    const closed = storage.close().then(() => "closed");
    expect(await call).toMatchObject({ failure: "misused", message: expect.stringMatching(/adapter is closed/) });
    expect(await Promise.race([closed, wait(3_000, "hangs")])).toBe("closed");
    expect([first.connections(), second.connections()]).toEqual([0, 0]);
  });
});
