import { setTimeout as wait } from "node:timers/promises";
import { sampleInstant as at, booking, creation, slotAt } from "@slotwright/conformance";
import { createEngine } from "@slotwright/core";
import { type FaultProxy, runs, startProxy } from "@slotwright/test-servers/proxy";
import { afterEach, beforeEach, expect, it } from "vitest";
import { mysqlAdapter } from "../src/index.ts";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore } from "./mysql-harness.ts";

const actor = { kind: "provider", id: "p" } as const;
const key = { kind: "slot", id: slotAt(0).id } as const;

/** Ways to one server, each of which can fall silent, stand for several servers. */
describeOnEachServer("a URI of several servers", (server) => {
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
    await expect.poll(() => [first.connections(), second.connections()]).toEqual([0, 0]);
  });

  /** As many sessions on the first server as its pool may have. */
  async function withAllOpen() {
    const storage = open();
    const begun = await Promise.all(Array.from({ length: 10 }, () => storage.begin()));
    await Promise.all(begun.map(({ rollback }) => rollback()));
    return storage;
  }

  it("leaves one that falls silent with all sessions in use: what waits on them fails, and what waits for one is answered", async () => {
    const storage = await withAllOpen();
    await storage.commit([creation(slotAt(0))]);
    first.pause();
    const commit = storage.commit([booking(slotAt(0))]).catch((error: unknown) => error);
    const calls = Array.from({ length: 25 }, () => storage.load([key]).catch((error: unknown) => error));
    expect(await commit).toMatchObject({ failure: "unknown", message: expect.stringMatching(/does not answer/) });
    const answers = await Promise.all(calls);
    const silent = { failure: "transient", message: expect.stringMatching(/does not answer/) };
    expect(answers).toEqual([...Array(9).fill(expect.objectContaining(silent)), ...Array(16).fill([slotAt(0)])]);
    await storage.close();
    await expect.poll(() => [first.connections(), second.connections()]).toEqual([0, 0]);
  });

  it("is an engine's way out of a server that falls silent, with fewer sessions in use than there are", async () => {
    const storage = await withAllOpen();
    const engine = createEngine({ storage: storage as never, retry: { budgetMs: 20_000 } });
    const published = { actor, providerId: "p", facilityId: "f", slots: [{ start: at(0), end: at(30) }] };
    const { slots } = await engine.createSlots(published);
    first.pause();
    const { appointment } = await engine.book({ actor, slotId: slots[0]?.id as string, subjectId: "s" });
    expect(await store.storage.load([{ kind: "appointment", id: appointment.id }])).toMatchObject([appointment]);
    await storage.close();
  });

  it("keeps one on which a call takes long, or a host's transaction is idle", async () => {
    const storage = open();
    const [idle, { transaction, commit }] = [await storage.begin(), await storage.begin()];
    await transaction.query("select sleep(5)");
    await idle.commit();
    await storage.within(transaction).commit([creation(slotAt(0))]);
    await commit();
    expect([first.connections(), second.connections()]).toEqual([2, 0]);
    await storage.close();
  });

  it("leaves one that falls silent after it took long to open its first session", async () => {
    const storage = open("?connectTimeout=8000");
    first.pause();
    const begun = storage.begin();
    // Longer than it is watched while there is no session.
    await wait(2_500);
    first.resume();
    const { transaction } = await begun;
    first.pause();
    await expect(storage.within(transaction).load([key])).rejects.toMatchObject({
      message: expect.stringMatching(/does not answer/),
    });
    expect(await storage.load([key])).toEqual([undefined]);
    await storage.close();
  });

  it("is closed although it has fallen silent under a call", async () => {
    const storage = await withAllOpen();
    first.pause();
    const call = storage.load([key]).catch((error: unknown) => error);
    await wait(100);
    await storage.close();
    expect(await call).toMatchObject({ failure: "transient", message: expect.stringMatching(/does not answer/) });
  });

  it("is unavailable, and not busy, if both are silent, or one refuses connections", async () => {
    first.pause();
    second.pause();
    const unavailable = {
      failure: "unavailable",
      message: expect.stringMatching(/No server .* answers.*hosts and ports/),
    };
    const storage = open("?connectTimeout=300");
    await expect(storage.load([key])).rejects.toMatchObject(unavailable);
    const engine = createEngine({ storage: storage as never });
    await expect(engine.getSlot("x")).rejects.toMatchObject({ code: "storage_unavailable" });
    second.refuse();
    await expect(storage.load([key])).rejects.toMatchObject({ failure: "unavailable" });
    await storage.close();
  });

  it("is unavailable, and not busy, if all three are silent: each is waited for once", async () => {
    const third = await startProxy(server);
    const all = [first, second, third];
    for (const way of all) way.pause();
    const hosts = all.map((way) => new URL(way.url(store.url)).host);
    const storage = mysqlAdapter({ uri: store.url.replace(new URL(store.url).host, hosts.join()) });
    const engine = createEngine({ storage: storage as never });
    await expect(engine.getSlot("x")).rejects.toMatchObject({ code: "storage_unavailable" });
    await storage.close();
    await third.close();
  });
});
